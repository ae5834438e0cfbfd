// A test runner in one page: TEST(name) { EXPECT(condition, "what", values...); }. main.cpp runs every test of the
// executable.
#pragma once
#include <cstdint>
#include <random>
#include <sstream>
#include <string>

namespace test {

struct Case {
  Case(const char* name, void (*run)());
};

// Counts, prints the first failures of a test, goes on.
void Fail(const char* file, int line, const std::string& message);
bool Failed();  // the running test

// Seeded from KERAUNOS_SEED, otherwise fixed; every failure prints the seed.
std::mt19937_64& Random();
int64_t RandomBetween(int64_t low, int64_t high);  // inclusive
double RandomNormal();

// Random trials to make where 200 are worth it: KERAUNOS_FUZZ (default 200), for slow machines, sanitizers, emulators.
int64_t FuzzRounds();
inline int64_t Trials(int64_t of_200_rounds) {
  const int64_t trials = of_200_rounds * FuzzRounds() / 200;
  return trials > 0 ? trials : 1;
}

template <class... Values>
std::string Join(const Values&... values) {
  std::ostringstream text;
  text.precision(17);
  ((text << values << ' '), ...);
  return text.str();
}

}  // namespace test

#define TEST(name)                                  \
  static void name();                               \
  static const test::Case case_##name(#name, name); \
  static void name()

#define EXPECT(condition, ...)                                                                                 \
  do {                                                                                                         \
    if (!(condition)) test::Fail(__FILE__, __LINE__, std::string(#condition " | ") + test::Join(__VA_ARGS__)); \
  } while (false)
