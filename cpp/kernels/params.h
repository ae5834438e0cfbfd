// Parameter blocks of Program instructions: plain structs of int64_t and double, in the order in which Python packs
// them. One struct serves every op of a family. Sizes and strides count elements, never bytes.
#pragma once
#include <stdint.h>

namespace keraunos {

// Values of Instruction::dtype and of the `*_dtype` fields below.
enum DType : int64_t {
  kBool = 0,
  kUInt8 = 1,
  kInt32 = 2,
  kInt64 = 3,
  kFloat32 = 4,
  kFloat64 = 5,
  kBFloat16 = 6,
  kFloat16 = 7,
  kNumDTypes = 8
};

inline constexpr int kMaxRank = 6;

// out[i0, i1, ...] = f(in0[...], in1[...], in2[...]); out is contiguous with `dims`; a stride of 0 broadcasts.
// The group's unit is one index of dims[0]. `scalar` is an op-specific constant (negative slope, exponent, ...).
struct Elementwise {
  int64_t rank;
  int64_t dims[kMaxRank];
  int64_t strides[3][kMaxRank];
  double scalar;
};

// out = in with its dtype changed (instruction dtype: source). Contiguous; unit: one row of `cols` elements.
// out = in * scale + offset when the target is a float type.
struct Cast {
  int64_t cols;
  int64_t to_dtype;
  double scale, offset;
};

// out (contiguous, dims) = in[offset + sum(i * strides)]; strides may be 0 or negative. Unit: one index of dims[0].
struct StridedRead {
  int64_t rank;
  int64_t dims[kMaxRank];
  int64_t strides[kMaxRank];
  int64_t offset;
};

// out[offset + sum(i * strides)] = in (contiguous, dims); the rest of out is left alone. Unit: one index of dims[0].
struct StridedWrite {
  int64_t rank;
  int64_t dims[kMaxRank];
  int64_t strides[kMaxRank];
  int64_t offset;
};

// out[0:units * cols] = value. Unit: one row of `cols` elements.
struct Fill {
  int64_t cols;
  double value;
};

// in (outer, count, inner) -> out (outer, inner). Unit: one `outer` row when outer > 1, else one `inner` column.
struct Reduce {
  int64_t outer, count, inner;
};

// Row operations over (rows, cols); unit: one row. `scalar` is op-specific (label smoothing, descending flag, ...).
struct Rows {
  int64_t rows, cols;
  double scalar;
};

// out (rows, row_elements) = in[index[r]] along axis 0 of (source_rows, row_elements).
// A negative index counts from the end; an index out of range gives a row of NaN (0 for integers). Unit: one out row.
struct Take {
  int64_t rows, row_elements, source_rows;
  int64_t index_dtype;
};

// Positions of an index (rows,) by the row of (source_rows, ...) that they name: those of row r stand in `order`
// (rows,) from starts[r] to starts[r + 1], in their own order. Negative indices count from the end; what is out of
// range is left out, and `order` ends in zeros. The instruction's dtype is that of the index, int32 or int64. Unit: 1.
struct GroupRows {
  int64_t rows, source_rows;
};

// out (rows, row_elements) = source[order[cursor + r]] * scale + offset, cast from source_dtype to the instruction's
// dtype. Operands: source (source_rows, row_elements), order int32 (order_rows,), cursor int64 (). order_rows == 0: no
// order, rows are taken in sequence. Indices wrap modulo order_rows (or source_rows), so that no cursor reads out of
// bounds. Unit: one out row.
struct Batch {
  int64_t rows, row_elements, source_rows, order_rows;
  int64_t source_dtype;
  double scale, offset;
};

// C (m, n) = act(op(A) (m, k) * op(B) (k, n) + bias (n,)) for each of `batch` matrices; row-major, contiguous leading
// dimensions lda/ldb/ldc; trans_a: A is stored (k, m); trans_b: B is stored (n, k).
// axis says what the group's unit is: 0 = one row of C (batch * m units), 1 = one block of `block` columns of C
// (batch * ceil(n / block) units); units run matrix after matrix.
struct Gemm {
  int64_t m, n, k;
  int64_t lda, ldb, ldc;
  int64_t trans_a, trans_b;
  int64_t batch, stride_a, stride_b, stride_c;
  int64_t axis, block;
  int64_t activation;  // enum Activation, applied after the bias
};

enum Activation : int64_t { kLinear = 0, kRelu = 1, kSigmoid = 2, kTanh = 3 };

// y (batch, out, filters) = act(bias[f] + sum over taps k and channels c of x (batch, in, channels) * w (kernel,
// channels / groups, filters)), position o reading in[o * stride - low + k * dilation], 0 outside. Three spatial axes
// (z, y, x); lower ranks have leading ones. A line is what x runs over. Forward and input gradient: `split` units per
// image, cut by lines. Kernel gradient: `split` units, cut by images.
struct Convolution {
  int64_t batch, channels, filters, groups;
  int64_t in[3], out[3], kernel[3], stride[3], dilation[3], low[3];
  int64_t panel;
  int64_t split;
  int64_t activation;  // linear or relu
};

// A convolution of (batch, in[0], in[1], channels) with square kernels and stride 1 through the points of Winograd's
// F(tile x tile, kernel x kernel); `low` as for Convolution. Transformed kernels are stored (panels, points, channels,
// panel), zeros beyond `filters`. `first`: image that the transforms of a kernel gradient start from.
// Planes of points are kWinogradPad elements apart from each other, lest all points of a tile or kernel meet
// in one cache set.
// Units: images, `split` per image cut by lines of tiles, or input channels (transforms of kernels).
inline constexpr int64_t kWinogradPad = 16;

struct Winograd {
  int64_t batch, first, channels, filters;
  int64_t in[2], out[2], low[2];
  int64_t kernel, tile, panel;
  int64_t split;
  int64_t activation;  // linear or relu
};

// B (k, n), or its transpose stored (n, k), -> panels [ceil(n / 48)][k][48], zero padded. Unit: one panel.
struct Pack {
  int64_t k, n, ldb, trans_b;
};

// Random numbers: Philox4x32-10 with key = seed[0] (64 bits) and counter = {element / 4, seed[1]} (64 + 64 bits).
// Element e of a tensor takes word e % 4 of its block, so the stream depends on nothing but (seed, e).
// float64 draws use words 2*(e % 2) (low half) and 2*(e % 2) + 1 (high half) of block e / 2. `rate` is the drop
// probability of dropout; low, high bound a uniform, mean and stddev shape a normal (they share the fields a, b). Unit:
// one row of `cols` elements.
struct Random {
  int64_t cols;
  double a, b;
};

// Images (units, height, width, channels) -> (units, out_height, out_width, channels); unit: one image. Operands:
// images, row spans int32 (out_height, 2) = (first row, number of rows), their weights (out_height, row_taps), and the
// same for columns. uint8 images give float32; weights have the dtype of the result. A span outside the image gives 0.
struct Resize {
  int64_t height, width, channels, out_height, out_width;
  int64_t row_taps, column_taps;
};

enum FillMode : int64_t { kFillConstant = 0, kFillReflect = 1, kFillWrap = 2, kFillNearest = 3 };

// Images read through a projective transform of the output's coordinates (image/warp.h); unit: one image, of which
// `images_per_transform` in a row share a transform. Operands: images (for the gradient: results), transforms float32
// (transforms, 8).
struct Warp {
  int64_t height, width, channels, out_height, out_width;
  int64_t transforms, images_per_transform;
  int64_t bilinear;  // else the nearest pixel
  int64_t fill_mode;
  double fill_value;
};

// Pools over windows of (batch, in[0], in[1], in[2], channels) -> (batch, out[0], out[1], out[2], channels); pools of
// fewer spatial dimensions have leading extents of 1. Window o of a dimension starts at o * stride - low; padding is
// never part of a maximum or mean. Unit: one of `blocks` runs of lines (positions of dims 0 and 1) of an image, of the
// output forward, of the input's gradient backward. activation: kRelu closes maxima that are not positive.
struct Pooling {
  int64_t batch, channels;
  int64_t in[3], out[3];
  int64_t window[3], stride[3], low[3];
  int64_t blocks;
  int64_t activation;
};

// Normalization of (rows, channels) by statistics over the rows of each channel. Unit: `block` rows, the last one may
// have fewer; in merges: one channel.
// activation: kRelu follows the normalization, and gradients pass it first.
struct ChannelNorm {
  int64_t rows, channels, block;
  int64_t activation;
  double epsilon;
};

// Normalization of each row of (rows, cols); centered: 0 takes the mean for 0. Unit: one row; in layer_norm_sums:
// `block` rows, the last one may have fewer.
struct LayerNorm {
  int64_t rows, cols, block;
  int64_t centered;
  double epsilon;
};

// Factorizations and triangular systems of matrices (rows, cols), row-major, one after another. Unit: one matrix.
// others: columns of the right-hand sides, or of Q. What else an operand holds: ops.inc.
struct Linalg {
  int64_t matrices, rows, cols, others;
  int64_t lower, transposed, unit_diagonal;  // of a triangle
};

// Discrete Fourier transforms of rows of n complex numbers, real and imaginary parts apart: out[k] = sum over i of
// in[i] * roots[i * k % n], with roots[j] = exp(-2 pi i j / n). n is the product of the first `passes` radices. Unit:
// one row. outside: whether the operand `work` has 2 n elements per row; else work is done in the thread's scratch.
inline constexpr int kMaxPasses = 48;
inline constexpr int64_t kMaxRadix = 32;

struct Fft {
  int64_t rows, n;
  int64_t passes, outside;
  int64_t radix[kMaxPasses];
};

// Optimizer updates: elementwise over the variable, unit: one row of `cols` elements. Operands and meaning: ops.inc.
struct Update {
  int64_t cols;
  double c[6];
};

// The same for a table whose gradient is known by position: row r of it is the sum of the rows of `updates` (positions,
// cols) that `group_rows` found for it. Unit: one row of the table.
struct GroupedUpdate {
  int64_t cols, positions;
  double c[6];
};

}  // namespace keraunos
