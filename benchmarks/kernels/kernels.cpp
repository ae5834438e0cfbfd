// Times single kernels on one thread, against the machine's own limits: Gflop/s and share of the FMA peak for
// contractions, ns per call and per element for the rest. Best of many short trials. Usage: kernels [isa]
// [gemm|rows|reduce|random|update|machine].
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "base/peak.h"
#include "program/kernel_table.h"
#include "program/ops.h"

using namespace keraunos;

namespace {

double Seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// Best time per call over trials of at least 20 us each, half a second in all.
template <class Body>
double BestSeconds(Body body) {
  body();
  double start = Seconds();
  body();
  const double once = Seconds() - start;
  const int repeats = once > 2e-5 ? 1 : static_cast<int>(2e-5 / (once + 1e-9)) + 1;
  double best = 1e30;
  for (const double stop = Seconds() + 0.5; Seconds() < stop;) {
    start = Seconds();
    for (int i = 0; i < repeats; ++i) body();
    const double each = (Seconds() - start) / repeats;
    if (each < best) best = each;
  }
  return best;
}

struct Buffer {
  explicit Buffer(int64_t count)
      : data(static_cast<float*>(std::aligned_alloc(4096, static_cast<size_t>(count * 4 + 8191) / 4096 * 4096))) {
    for (int64_t i = 0; i < count; ++i) data[i] = static_cast<float>((i * 7919) % 1009) / 1009 - 0.5f;
  }
  ~Buffer() { std::free(data); }
  Buffer(const Buffer&) = delete;
  float* data;
};

Isa isa;
double peak;
char* scratch;

struct GemmShape {
  uint32_t op;
  int64_t m, k, n;
  bool trans_a, trans_b;
  const char* what;
};

// Layers of the models in the documentation at batch 32 (forward, weight gradient with update, data gradient), then
// squares.
const GemmShape kGemmShapes[] = {
    {kOp_gemm_bias, 32, 784, 100, false, false, "MLP layer 1"},
    {kOp_gemm_bias, 16, 784, 100, false, false, "half the batch"},
    {kOp_gemm_bias, 32, 100, 75, false, false, "layer 2"},
    {kOp_gemm_bias, 32, 75, 10, false, false, "layer 3"},
    {kOp_gemm, 32, 10, 75, false, true, "layer 3 data gradient"},
    {kOp_gemm, 32, 75, 100, false, true, "layer 2 data gradient"},
    {kOp_gemm_update, 784, 32, 100, true, false, "layer 1 update"},
    {kOp_gemm_update, 100, 32, 75, true, false, "layer 2 update"},
    {kOp_gemm_update, 75, 32, 10, true, false, "layer 3 update"},
    {kOp_gemm, 784, 60000, 100, true, false, "full batch weight gradient"},
    {kOp_gemm_bias, 2048, 784, 100, false, false, "large batch"},
    {kOp_gemm_bias, 32, 26, 26, false, false, "tiny layer 1"},
    {kOp_gemm_bias, 32, 26, 15, false, false, "tiny layer 2"},
    {kOp_gemm_bias, 32, 15, 2, false, false, "tiny layer 3"},
    {kOp_gemm, 32, 2, 15, false, true, "tiny layer 3 data gradient"},
    {kOp_gemm, 32, 15, 26, false, true, "tiny layer 2 data gradient"},
    {kOp_gemm_update, 26, 32, 26, true, false, "tiny layer 1 update"},
    {kOp_gemm_update, 15, 32, 2, true, false, "tiny layer 3 update"},
    {kOp_gemm_bias, 1, 784, 100, false, false, "one sample"},
    {kOp_gemm_bias, 32, 3072, 3000, false, false, "wide layer 1"},
    {kOp_gemm_bias, 32, 3000, 1000, false, false, "wide layer 2"},
    {kOp_gemm, 32, 1000, 3000, false, true, "wide layer 2 data gradient"},
    {kOp_gemm_update, 3072, 32, 3000, true, false, "wide layer 1 update"},
    {kOp_gemm_update, 3000, 32, 1000, true, false, "wide layer 2 update"},
    {kOp_gemm, 256, 256, 256, false, false, "square"},
    {kOp_gemm, 512, 512, 512, false, false, "square"},
    {kOp_gemm, 1024, 1024, 1024, false, false, "square"},
    {kOp_gemm, 512, 512, 512, false, true, "square, B transposed"},
    {kOp_gemm, 512, 512, 512, true, false, "square, A transposed"},
    {kOp_gemm, 1024, 1024, 1024, true, false, "square, A transposed"},
    {kOp_gemm_packed, 512, 512, 512, false, false, "square"},
    {kOp_gemm_packed, 1024, 1024, 1024, false, false, "square"},
    {kOp_gemm_packed, 2048, 2048, 2048, false, false, "square"},
};

void TimeGemm(const GemmShape& s) {
  Gemm g = {};
  g.m = s.m;
  g.n = s.n;
  g.k = s.k;
  g.trans_a = s.trans_a;
  g.trans_b = s.trans_b;
  g.lda = s.trans_a ? s.m : s.k;
  g.ldb = s.trans_b ? s.k : s.n;
  g.ldc = s.n;
  g.batch = 1;
  g.activation = s.op == kOp_gemm_bias ? kRelu : kLinear;
  Buffer a(s.m * s.k), b(s.k * ((s.n + 47) / 48 * 48)), c(s.m * s.n), bias(s.n), rate(1);
  rate.data[0] = 1e-9f;
  std::vector<void*> operands = {a.data, b.data};
  if (s.op == kOp_gemm_bias) operands.push_back(bias.data);
  if (s.op == kOp_gemm_update) operands.push_back(rate.data);
  operands.push_back(c.data);
  const Kernel kernel = FindKernel(isa, s.op, kFloat32);
  const double seconds = BestSeconds([&] { kernel(&g, operands.data(), 0, s.m, scratch); });
  const double gflops = 2e-9 * static_cast<double>(s.m) * static_cast<double>(s.n) * static_cast<double>(s.k) / seconds;
  std::printf("%-12s %5d x %5d x %5d %s%s %11.3f us %7.1f GF %5.1f %%  %s\n", GetOp(s.op).name, int(s.m), int(s.k),
              int(s.n), s.trans_a ? "T" : "N", s.trans_b ? "T" : "N", seconds * 1e6, gflops, 100 * gflops / peak,
              s.what);
}

// `units` rows of `cols` elements; the params begin with what the op's struct begins with.
template <class Params>
void TimeLine(uint32_t op, const Params& params, int64_t units, int64_t elements) {
  const OpRow& row = GetOp(op);
  std::vector<Buffer*> buffers;
  std::vector<void*> operands;
  for (uint32_t i = 0; i < row.inputs + row.outputs; ++i) {
    buffers.push_back(new Buffer(elements + 16));
    operands.push_back(buffers.back()->data);
  }
  if (op == kOp_sparse_softmax_cross_entropy || op == kOp_sparse_softmax_cross_entropy_grad) {
    std::memset(operands[1], 0, static_cast<size_t>(units) * 4);
  }
  if (op == kOp_adam) *static_cast<int64_t*>(operands[5]) = 10;
  const Kernel kernel = FindKernel(isa, op, kFloat32);
  const double seconds = BestSeconds([&] { kernel(&params, operands.data(), 0, units, scratch); });
  std::printf("%-34s %6d x %6d %10.1f ns %8.3f ns/element\n", row.name, int(units), int(elements / units),
              seconds * 1e9, seconds * 1e9 / static_cast<double>(elements));
  for (Buffer* buffer : buffers) delete buffer;
}

void TimeMachine() {
  for (const int64_t kilobytes : {24, 512, 8192, 262144}) {
    const Bandwidth bandwidth = MeasureBandwidth(kilobytes * 1024);
    std::printf("%7d KB: read %6.1f GB/s, update %6.1f GB/s\n", int(kilobytes), bandwidth.read, bandwidth.update);
  }
}

}  // namespace

int main(int argc, char** argv) {
  isa = ActiveIsa();
  std::string only;
  for (int i = 1; i < argc; ++i) {
    bool is_isa = false;
    for (const Isa candidate : RunnableIsas()) {
      if (std::string(argv[i]) == IsaName(candidate)) {
        isa = candidate;
        is_isa = true;
      }
    }
    if (!is_isa) only = argv[i];
  }
  const auto wanted = [&](const char* group) { return only.empty() || only == group; };
  scratch = static_cast<char*>(std::aligned_alloc(4096, kScratchBytes));
  peak = MeasurePeakFloat32();
  std::printf("%s, FMA peak %.1f GF per thread\n", IsaName(isa), peak);
  if (wanted("machine")) TimeMachine();
  if (wanted("gemm")) {
    for (const GemmShape& shape : kGemmShapes) TimeGemm(shape);
  }
  if (wanted("rows")) {
    for (const uint32_t op :
         {kOp_softmax, kOp_log_softmax, kOp_softmax_cross_entropy, kOp_softmax_cross_entropy_grad,
          kOp_sparse_softmax_cross_entropy, kOp_sparse_softmax_cross_entropy_grad, kOp_sort, kOp_argsort}) {
      for (const int64_t cols : {10, 1000}) TimeLine(op, Rows{32, cols, 0}, 32, 32 * cols);
      TimeLine(op, Rows{4096, 100, 0}, 4096, 4096 * 100);
    }
  }
  if (wanted("reduce")) {
    for (const uint32_t op : {kOp_sum, kOp_max, kOp_argmax}) {
      for (const int64_t cols : {10, 100}) TimeLine(op, Reduce{4096, cols, 1}, 4096, 4096 * cols);
      TimeLine(op, Reduce{1, 4096, 100}, 100, 4096 * 100);
    }
  }
  if (wanted("random")) {
    for (const uint32_t op : {kOp_random_uniform, kOp_random_normal, kOp_dropout}) {
      TimeLine(op, Random{100, 0.5, 1}, 32, 3200);
    }
  }
  if (wanted("update")) {
    for (const uint32_t op : {kOp_sgd, kOp_sgd_momentum, kOp_adam, kOp_rmsprop, kOp_adagrad}) {
      TimeLine(op, Update{26, {0.9, 0.999, 1e-7}}, 1, 26);
      TimeLine(op, Update{7840, {0.9, 0.999, 1e-7}}, 10, 78400);
    }
  }
}
