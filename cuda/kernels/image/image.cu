// The image family: resampling and warping of images (H, W, C). Integer pixels (uint8) are read as they are and give
// float32. Params and operands: params.h (Resize, Warp). Results are those of the processor to the bit.
#include "cuda/kernels/image/resize.cuh"
#include "cuda/kernels/image/warp.cuh"
#include "cuda/kernels/image/warp_grad.cuh"

namespace keraunos::cuda {
namespace {

constexpr KernelEntry kEntries[] = {
    {kOp_resize, kUInt8, LaunchResize<uint8_t, float>},   {kOp_resize, kFloat32, LaunchResize<float, float>},
    {kOp_resize, kFloat64, LaunchResize<double, double>}, {kOp_warp, kUInt8, LaunchWarp<uint8_t, float>},
    {kOp_warp, kFloat32, LaunchWarp<float, float>},       {kOp_warp, kFloat64, LaunchWarp<double, double>},
    {kOp_warp_grad, kFloat32, LaunchWarpGrad<float>},     {kOp_warp_grad, kFloat64, LaunchWarpGrad<double>},
};

}  // namespace
}  // namespace keraunos::cuda

KERAUNOS_CUDA_FAMILY(image, keraunos::cuda::kEntries)
