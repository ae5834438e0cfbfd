// linalg kernels by what defines them: products give the matrix back, factors are triangular or orthogonal, values are
// in order. Errors are held to n eps times the size of the matrix; sizes around the vector widths, stacks of matrices,
// unit ranges, guards, triangles that must not be read, singular and badly scaled matrices, NaN, every ISA.
#include <algorithm>
#include <numeric>

#include "kernel_test.h"

namespace keraunos {
namespace {

using Real = long double;
using Matrix = std::vector<Real>;  // row-major

const std::vector<int64_t> kSizes = {1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 50};

template <class T>
Real Epsilon() {
  return std::numeric_limits<T>::epsilon();
}

Matrix Product(const Matrix& a, const Matrix& b, int64_t m, int64_t k, int64_t n) {
  Matrix c(m * n);
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t l = 0; l < k; ++l) {
      for (int64_t j = 0; j < n; ++j) c[i * n + j] += a[i * k + l] * b[l * n + j];
    }
  }
  return c;
}

Matrix Transposed(const Matrix& a, int64_t m, int64_t n) {
  Matrix t(m * n);
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) t[j * m + i] = a[i * n + j];
  }
  return t;
}

Matrix Identity(int64_t n) {
  Matrix eye(n * n);
  for (int64_t i = 0; i < n; ++i) eye[i * n + i] = 1;
  return eye;
}

Real Norm(const Matrix& a) {
  Real squares = 0;
  for (const Real x : a) squares += x * x;
  return std::sqrt(squares);
}

Real Distance(const Matrix& a, const Matrix& b) {
  Matrix difference(a.size());
  for (size_t i = 0; i < a.size(); ++i) difference[i] = a[i] - b[i];
  return Norm(difference);
}

template <class T>
Matrix Part(const Guarded<T>& values, int64_t matrix, int64_t elements) {
  return Matrix(values.data() + matrix * elements, values.data() + (matrix + 1) * elements);
}

// Kinds of matrices that a factorization may meet.
enum class Kind { kNormal, kOneRank, kZero, kIdentity, kColumnsFarApart, kHuge, kTiny, kKinds };

template <class T>
Guarded<T> Matrices(Kind kind, int64_t matrices, int64_t rows, int64_t cols) {
  Guarded<T> a(matrices * rows * cols);
  const double huge = sizeof(T) == 4 ? 1e30 : 1e300;
  for (int64_t m = 0; m < matrices; ++m) {
    std::vector<double> left(rows), right(cols);
    for (double& x : left) x = test::RandomNormal();
    for (double& x : right) x = test::RandomNormal();
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t j = 0; j < cols; ++j) {
        double value = test::RandomNormal();
        if (kind == Kind::kOneRank) value = left[i] * right[j];
        if (kind == Kind::kZero) value = 0;
        if (kind == Kind::kIdentity) value = i == j;
        if (kind == Kind::kColumnsFarApart) value *= std::pow(10.0, -10.0 * static_cast<double>(j) / cols);
        if (kind == Kind::kHuge) value *= huge;
        if (kind == Kind::kTiny) value /= huge;
        a[(m * rows + i) * cols + j] = static_cast<T>(value);
      }
    }
  }
  return a;
}

// visit(T(), isa, matrices, rows, cols) for all sizes; cols is rows where `square`.
template <class Visit>
void ForShapes(bool square, Visit visit) {
  for (const Isa isa : RunnableIsas()) {
    for (const int64_t rows : kSizes) {
      const int64_t cols = square ? rows : kSizes[test::RandomBetween(0, static_cast<int64_t>(kSizes.size()) - 1)];
      visit(float(), isa, test::RandomBetween(1, 3), rows, cols);
      visit(double(), isa, test::RandomBetween(1, 3), rows, cols);
    }
  }
}

template <class T>
constexpr DType kType = kDTypeOf<T>;

// a a^T + cols: eigenvalues between cols and some 4 cols.
template <class T>
Guarded<T> PositiveDefinite(int64_t matrices, int64_t n) {
  const Guarded<T> a = Matrices<T>(Kind::kNormal, matrices, n, n);
  Guarded<T> b(matrices * n * n);
  for (int64_t m = 0; m < matrices; ++m) {
    const Matrix x = Part(a, m, n * n);
    const Matrix square = Product(x, Transposed(x, n, n), n, n, n);
    for (int64_t i = 0; i < n * n; ++i) b[m * n * n + i] = static_cast<T>(square[i] + (i % (n + 1) == 0 ? n : 0));
  }
  return b;
}

TEST(Cholesky) {
  ForShapes(true, [](auto sample, Isa isa, int64_t matrices, int64_t n, int64_t) {
    using T = decltype(sample);
    const Linalg params = {matrices, n, n, 0, 0, 0, 0};
    const Guarded<T> symmetric = PositiveDefinite<T>(matrices, n);
    Guarded<T> a(symmetric), l(matrices * n * n);
    for (int64_t m = 0; m < matrices; ++m) {
      for (int64_t i = 0; i < n; ++i) {
        for (int64_t j = i + 1; j < n; ++j) a[(m * n + i) * n + j] = std::numeric_limits<T>::quiet_NaN();
      }
    }
    RunKernel(isa, kOp_cholesky, kType<T>, params, {a.data(), l.data()}, matrices);
    EXPECT(l.GuardsIntact(), IsaName(isa), n);
    for (int64_t m = 0; m < matrices; ++m) {
      const Matrix factor = Part(l, m, n * n), whole = Part(symmetric, m, n * n);
      const Real error = Distance(Product(factor, Transposed(factor, n, n), n, n, n), whole);
      EXPECT(error <= n * Epsilon<T>() * Norm(whole), IsaName(isa), n, "error", error);
      for (int64_t i = 0; i < n; ++i) {
        EXPECT(factor[i * n + i] > 0, IsaName(isa), n, i);
        for (int64_t j = i + 1; j < n; ++j) EXPECT(factor[i * n + j] == 0, IsaName(isa), n, i, j);
      }
    }
    // Not positive definite: a negative, a zero or an unknown element on the diagonal.
    for (const T bad : {T(-1), T(0), std::numeric_limits<T>::quiet_NaN()}) {
      Guarded<T> broken(symmetric);
      const int64_t at = test::RandomBetween(0, n - 1);
      broken[at * n + at] = bad;
      RunKernel(isa, kOp_cholesky, kType<T>, params, {broken.data(), l.data()}, matrices);
      for (int64_t i = 0; i < n * n; ++i) EXPECT(std::isnan(l[i]), IsaName(isa), n, bad, i);
      for (int64_t i = n * n; i < matrices * n * n; ++i) EXPECT(!std::isnan(l[i]), IsaName(isa), n, bad, i);
    }
  });
}

TEST(TriangularSolve) {
  ForShapes(true, [](auto sample, Isa isa, int64_t matrices, int64_t n, int64_t) {
    using T = decltype(sample);
    for (int64_t flags = 0; flags < 8; ++flags) {
      const int64_t lower = flags & 1, transposed = flags >> 1 & 1, unit = flags >> 2;
      const int64_t columns = std::vector<int64_t>{0, 1, 3, 17}[test::RandomBetween(0, 3)];
      const Linalg params = {matrices, n, n, columns, lower, transposed, unit};
      Guarded<T> t(matrices * n * n), x(matrices * n * columns);
      Guarded<T> b = RandomUniforms<T>(matrices * n * columns, -1, 1);
      Guarded<T> read(matrices * n * n);  // what the kernel is to take for t
      for (int64_t m = 0; m < matrices; ++m) {
        for (int64_t i = 0; i < n; ++i) {
          for (int64_t j = 0; j < n; ++j) {
            const int64_t at = (m * n + i) * n + j;
            const bool beside = lower ? j < i : j > i;
            // A heavy diagonal: random triangles are as good as singular.
            t[at] = read[at] = static_cast<T>(RandomUniform(-1, 1) / n + (i == j ? 2 : 0));
            if (!beside && (i != j || unit)) {
              t[at] = std::numeric_limits<T>::quiet_NaN();
              read[at] = i == j;
            }
          }
        }
      }
      RunKernel(isa, kOp_triangular_solve, kType<T>, params, {t.data(), b.data(), x.data()}, matrices);
      EXPECT(x.GuardsIntact(), IsaName(isa), n, flags);
      for (int64_t m = 0; m < matrices; ++m) {
        Matrix triangle = Part(read, m, n * n);
        if (transposed) triangle = Transposed(triangle, n, n);
        const Matrix solution = Part(x, m, n * columns);
        const Real error = Distance(Product(triangle, solution, n, n, columns), Part(b, m, n * columns));
        const Real bound = n * Epsilon<T>() * Norm(triangle) * Norm(solution);
        EXPECT(error <= bound, IsaName(isa), n, flags, "error", error, "bound", bound);
      }
    }
    // A zero on the diagonal: no finite solution, and nothing worse.
    const Linalg params = {1, n, n, 1, 1, 0, 0};
    Guarded<T> zeros(std::vector<T>(n * n, T(0))), b(std::vector<T>(n, T(1))), x(n);
    RunKernel(isa, kOp_triangular_solve, kType<T>, params, {zeros.data(), b.data(), x.data()}, 1);
    EXPECT(!std::isfinite(x[0]), IsaName(isa), n, x[0]);
  });
}

TEST(Lu) {
  ForShapes(false, [](auto sample, Isa isa, int64_t matrices, int64_t rows, int64_t cols) {
    using T = decltype(sample);
    for (int kind = 0; kind < static_cast<int>(Kind::kKinds); ++kind) {
      const Guarded<T> a = Matrices<T>(static_cast<Kind>(kind), matrices, rows, cols);
      const Linalg params = {matrices, rows, cols, 0, 0, 0, 0};
      Guarded<T> input(a), lu(matrices * rows * cols), parity(matrices);
      Guarded<int32_t> order(matrices * rows);
      RunKernel(isa, kOp_lu, kType<T>, params, {input.data(), lu.data(), order.data(), parity.data()}, matrices);
      EXPECT(lu.GuardsIntact() && order.GuardsIntact() && parity.GuardsIntact(), IsaName(isa), rows, cols);
      const int64_t k = std::min(rows, cols);
      for (int64_t m = 0; m < matrices; ++m) {
        const Matrix factors = Part(lu, m, rows * cols), whole = Part(a, m, rows * cols);
        Matrix l(rows * k), u(k * cols), permuted(rows * cols);
        for (int64_t i = 0; i < rows; ++i) {
          for (int64_t j = 0; j < k; ++j) l[i * k + j] = i > j ? factors[i * cols + j] : i == j;
        }
        for (int64_t i = 0; i < k; ++i) {
          for (int64_t j = i; j < cols; ++j) u[i * cols + j] = factors[i * cols + j];
        }
        std::vector<int32_t> rows_of(order.data() + m * rows, order.data() + (m + 1) * rows);
        for (int64_t i = 0; i < rows; ++i) {
          for (int64_t j = 0; j < cols; ++j) permuted[i * cols + j] = whole[rows_of[i] * cols + j];
        }
        const Real error = Distance(Product(l, u, rows, k, cols), permuted);
        // Elements of L are at most 1; U may grow, for random matrices by less than the root of its size.
        EXPECT(error <= k * Epsilon<T>() * (Norm(l) * Norm(u) + Norm(whole)), IsaName(isa), rows, cols, kind, error);
        for (const Real x : l) EXPECT(std::fabs(x) <= 1, IsaName(isa), rows, cols, kind);
        int sign = 1;
        for (size_t i = 0; i < rows_of.size(); ++i) {
          for (size_t j = i + 1; j < rows_of.size(); ++j) sign *= rows_of[i] > rows_of[j] ? -1 : 1;
        }
        EXPECT(parity[m] == sign, IsaName(isa), rows, cols, kind, "parity", parity[m]);
        std::sort(rows_of.begin(), rows_of.end());
        for (int64_t i = 0; i < rows; ++i) EXPECT(rows_of[i] == i, IsaName(isa), rows, cols, kind);
      }
    }
  });
}

// q with orthonormal columns (rows, columns).
template <class T>
void ExpectOrthonormal(const Matrix& q, int64_t rows, int64_t columns, const char* what, Isa isa, int kind) {
  const Real error = Distance(Product(Transposed(q, rows, columns), q, columns, rows, columns), Identity(columns));
  // Each column errs by some roundings of its rows.
  EXPECT(error <= 4 * (rows + columns) * Epsilon<T>() * std::sqrt(static_cast<Real>(columns)), what, IsaName(isa), rows,
         columns, kind, "error", error);
}

TEST(Qr) {
  ForShapes(false, [](auto sample, Isa isa, int64_t matrices, int64_t rows, int64_t cols) {
    using T = decltype(sample);
    const int64_t smaller = std::min(rows, cols);
    for (int kind = 0; kind < static_cast<int>(Kind::kKinds); ++kind) {
      for (const int64_t columns : {smaller, rows}) {
        const Guarded<T> a = Matrices<T>(static_cast<Kind>(kind), matrices, rows, cols);
        const Linalg params = {matrices, rows, cols, columns, 0, 0, 0};
        Guarded<T> input(a), q(matrices * rows * columns), r(matrices * columns * cols);
        Guarded<T> work(matrices * (rows * cols + smaller + std::max(cols, columns)));
        RunKernel(isa, kOp_qr, kType<T>, params, {input.data(), q.data(), r.data(), work.data()}, matrices);
        EXPECT(q.GuardsIntact() && r.GuardsIntact() && work.GuardsIntact(), IsaName(isa), rows, cols);
        for (int64_t m = 0; m < matrices; ++m) {
          const Matrix left = Part(q, m, rows * columns), right = Part(r, m, columns * cols);
          const Matrix whole = Part(a, m, rows * cols);
          const Real error = Distance(Product(left, right, rows, columns, cols), whole);
          EXPECT(error <= 4 * (rows + cols) * Epsilon<T>() * Norm(whole), IsaName(isa), rows, cols, kind, error);
          ExpectOrthonormal<T>(left, rows, columns, "Q", isa, kind);
          for (int64_t i = 0; i < columns; ++i) {
            for (int64_t j = 0; j < std::min(i, cols); ++j) EXPECT(right[i * cols + j] == 0, IsaName(isa), i, j);
          }
        }
      }
    }
  });
}

TEST(Eigh) {
  ForShapes(true, [](auto sample, Isa isa, int64_t matrices, int64_t n, int64_t) {
    using T = decltype(sample);
    const Linalg params = {matrices, n, n, 0, 0, 0, 0};
    for (int kind = 0; kind < static_cast<int>(Kind::kKinds); ++kind) {
      Guarded<T> a = Matrices<T>(static_cast<Kind>(kind), matrices, n, n);
      Guarded<T> values(matrices * n), vectors(matrices * n * n), work(matrices * (n * n + 2 * n));
      std::vector<Matrix> whole;
      for (int64_t m = 0; m < matrices; ++m) {
        Matrix symmetric = Part(a, m, n * n);
        for (int64_t i = 0; i < n; ++i) {
          for (int64_t j = i + 1; j < n; ++j) {
            symmetric[i * n + j] = symmetric[j * n + i];
            a[(m * n + i) * n + j] = std::numeric_limits<T>::quiet_NaN();  // not to be read
          }
        }
        whole.push_back(symmetric);
      }
      const std::vector<void*> operands = {a.data(), values.data(), vectors.data(), work.data()};
      RunKernel(isa, kOp_eigh, kType<T>, params, operands, matrices);
      EXPECT(values.GuardsIntact() && vectors.GuardsIntact() && work.GuardsIntact(), IsaName(isa), n);
      for (int64_t m = 0; m < matrices; ++m) {
        const Matrix v = Part(vectors, m, n * n), d = Part(values, m, n);
        Matrix scaled = v;
        for (int64_t i = 0; i < n * n; ++i) scaled[i] *= d[i % n];
        const Real error = Distance(Product(scaled, Transposed(v, n, n), n, n, n), whole[m]);
        EXPECT(error <= 8 * n * Epsilon<T>() * Norm(whole[m]), IsaName(isa), n, kind, "error", error);
        ExpectOrthonormal<T>(v, n, n, "vectors", isa, kind);
        EXPECT(std::is_sorted(d.begin(), d.end()), IsaName(isa), n, kind);
      }
      a[0] = kind % 2 ? std::numeric_limits<T>::quiet_NaN() : std::numeric_limits<T>::infinity();
      RunKernel(isa, kOp_eigh, kType<T>, params, operands, matrices);
      for (int64_t i = 0; i < n; ++i) EXPECT(std::isnan(values[i]) && std::isnan(vectors[i * n]), IsaName(isa), n, i);
    }
  });
}

TEST(Svd) {
  ForShapes(false, [](auto sample, Isa isa, int64_t matrices, int64_t rows, int64_t cols) {
    using T = decltype(sample);
    const int64_t k = std::min(rows, cols);
    const Linalg params = {matrices, rows, cols, 0, 0, 0, 0};
    for (int kind = 0; kind < static_cast<int>(Kind::kKinds); ++kind) {
      const Guarded<T> a = Matrices<T>(static_cast<Kind>(kind), matrices, rows, cols);
      Guarded<T> input(a), u(matrices * rows * k), values(matrices * k), vt(matrices * k * cols);
      Guarded<T> work(matrices * (rows * cols + k * k + k));
      const std::vector<void*> operands = {input.data(), u.data(), values.data(), vt.data(), work.data()};
      RunKernel(isa, kOp_svd, kType<T>, params, operands, matrices);
      EXPECT(u.GuardsIntact() && values.GuardsIntact() && vt.GuardsIntact() && work.GuardsIntact(), IsaName(isa), rows);
      for (int64_t m = 0; m < matrices; ++m) {
        const Matrix left = Part(u, m, rows * k), d = Part(values, m, k), right = Part(vt, m, k * cols);
        Matrix scaled = left;
        for (int64_t i = 0; i < rows * k; ++i) scaled[i] *= d[i % k];
        const Matrix whole = Part(a, m, rows * cols);
        const Real error = Distance(Product(scaled, right, rows, k, cols), whole);
        EXPECT(error <= 8 * (rows + cols) * Epsilon<T>() * Norm(whole), IsaName(isa), rows, cols, kind, error);
        ExpectOrthonormal<T>(left, rows, k, "U", isa, kind);
        ExpectOrthonormal<T>(Transposed(right, k, cols), cols, k, "V", isa, kind);
        EXPECT(std::is_sorted(d.rbegin(), d.rend()) && d.back() >= 0, IsaName(isa), rows, cols, kind);
      }
      input[0] = kind % 2 ? std::numeric_limits<T>::quiet_NaN() : -std::numeric_limits<T>::infinity();
      RunKernel(isa, kOp_svd, kType<T>, params, operands, matrices);
      for (int64_t i = 0; i < k; ++i) EXPECT(std::isnan(values[i]), IsaName(isa), rows, cols, i);
    }
  });
}

// Hilbert's matrix, the classic of bad condition (1.6e13 for n = 10): the factors still multiply to it.
TEST(Hilbert) {
  const int64_t n = 10;
  for (const Isa isa : RunnableIsas()) {
    Guarded<double> a(n * n), l(n * n), u(n * n), values(n), vt(n * n), work(2 * n * n + n);
    for (int64_t i = 0; i < n * n; ++i) a[i] = 1.0 / (i / n + i % n + 1);
    const Matrix whole = Part(a, 0, n * n);
    const Linalg params = {1, n, n, 0, 0, 0, 0};
    RunKernel(isa, kOp_cholesky, kFloat64, params, {a.data(), l.data()}, 1);
    const Matrix factor = Part(l, 0, n * n);
    const Real error = Distance(Product(factor, Transposed(factor, n, n), n, n, n), whole);
    EXPECT(error <= n * Epsilon<double>() * Norm(whole), IsaName(isa), error);
    RunKernel(isa, kOp_svd, kFloat64, params, {a.data(), u.data(), values.data(), vt.data(), work.data()}, 1);
    // The smallest of its singular values, to the 3 digits that its condition leaves in double.
    EXPECT(std::fabs(values[n - 1] - 1.0931538193796657e-13) <= 1e-16, IsaName(isa), values[n - 1]);
  }
}

}  // namespace
}  // namespace keraunos
