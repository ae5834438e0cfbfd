#include <cstdio>
#include <cstdlib>
#include <exception>
#include <vector>

#include "test.h"

namespace test {
namespace {

struct Entry {
  const char* name;
  void (*run)();
};

std::vector<Entry>& Cases() {
  static std::vector<Entry> cases;
  return cases;
}

uint64_t Seed() {
  const char* text = std::getenv("KERAUNOS_SEED");
  return text ? std::strtoull(text, nullptr, 10) : 20240229;
}

int64_t failures = 0;

}  // namespace

Case::Case(const char* name, void (*run)()) { Cases().push_back({name, run}); }

void Fail(const char* file, int line, const std::string& message) {
  constexpr int64_t kPrinted = 8;
  if (++failures <= kPrinted) std::fprintf(stderr, "%s:%d: %s\n", file, line, message.c_str());
}

bool Failed() { return failures != 0; }

std::mt19937_64& Random() {
  static std::mt19937_64 random(Seed());
  return random;
}

int64_t RandomBetween(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(Random()); }

int64_t FuzzRounds() {
  static const char* const text = std::getenv("KERAUNOS_FUZZ");
  return text ? std::atoll(text) : 200;
}

double RandomNormal() { return std::normal_distribution<double>()(Random()); }

}  // namespace test

// An argument runs only the tests whose name contains it.
int main(int argc, char** argv) {
  int failed = 0, ran = 0;
  for (const auto& entry : test::Cases()) {
    if (argc > 1 && std::string(entry.name).find(argv[1]) == std::string::npos) continue;
    test::failures = 0;
    test::Random().seed(test::Seed());
    try {
      entry.run();
    } catch (const std::exception& error) {
      test::Fail(entry.name, 0, std::string("unexpected exception: ") + error.what());
    }
    ++ran;
    failed += test::Failed();
    std::printf("%s %s", test::Failed() ? "FAIL" : "ok  ", entry.name);
    if (test::Failed())
      std::printf(" (%lld failures, seed %llu)", (long long)test::failures, (unsigned long long)test::Seed());
    std::printf("\n");
  }
  std::printf("%d of %d tests failed\n", failed, ran);
  return failed != 0 || ran == 0;
}
