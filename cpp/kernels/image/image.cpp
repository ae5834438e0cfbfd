// The image family: resampling and warping of images (H, W, C); unit: one image. Integer pixels (uint8) are read as
// they are and give float32. Params and operands: params.h (Resize, Warp).
#include "kernels/image/resize.h"
#include "kernels/image/warp.h"
#include "kernels/types.h"

namespace keraunos {
namespace {

constexpr KernelEntry kEntries[] = {
    {kOp_resize, kUInt8, ResizeKernel<uint8_t, float>},   {kOp_resize, kFloat32, ResizeKernel<float, float>},
    {kOp_resize, kFloat64, ResizeKernel<double, double>}, {kOp_warp, kUInt8, WarpKernel<uint8_t, float>},
    {kOp_warp, kFloat32, WarpKernel<float, float>},       {kOp_warp, kFloat64, WarpKernel<double, double>},
    {kOp_warp_grad, kFloat32, WarpGradKernel<float>},     {kOp_warp_grad, kFloat64, WarpGradKernel<double>},
};

}  // namespace
}  // namespace keraunos

KERAUNOS_EXPORT_FAMILY(image, keraunos::kEntries)
