// Family rows: operations on each row of a (rows, cols) matrix.
#include "cuda/kernels/rows/softmax.cuh"
#include "cuda/kernels/rows/sort.cuh"

namespace keraunos::cuda {
namespace {

#define SOFTMAX(op, Op)                                                                            \
  {kOp_##op, kFloat32, LaunchSoftmax<Op, float>}, {kOp_##op, kFloat64, LaunchSoftmax<Op, double>}, \
      {kOp_##op, kBFloat16, LaunchSoftmax<Op, BFloat16>}, {                                        \
    kOp_##op, kFloat16, LaunchSoftmax<Op, Float16>                                                 \
  }
#define SORTS(T)                                                                \
  {kOp_sort, kDTypeOf<T>, LaunchSort<T, ByValue>, SortWorkspace<ByValue<T>>}, { \
    kOp_argsort, kDTypeOf<T>, LaunchSort<T, ByIndex>, SortWorkspace<ByIndex<T>> \
  }
constexpr KernelEntry kEntries[] = {
    SOFTMAX(softmax, SoftmaxOp),
    SOFTMAX(log_softmax, LogSoftmaxOp),
    SOFTMAX(softmax_cross_entropy, CrossEntropyOp<Targets::kDense>),
    SOFTMAX(softmax_cross_entropy_grad, CrossEntropyGradOp<Targets::kDense>),
    SOFTMAX(sparse_softmax_cross_entropy, CrossEntropyOp<Targets::kSparse>),
    SOFTMAX(sparse_softmax_cross_entropy_grad, CrossEntropyGradOp<Targets::kSparse>),
    SORTS(int32_t),
    SORTS(int64_t),
    SORTS(float),
    SORTS(double),
    SORTS(BFloat16),
    SORTS(Float16),
};

}  // namespace
}  // namespace keraunos::cuda

KERAUNOS_CUDA_FAMILY(rows, keraunos::cuda::kEntries)
