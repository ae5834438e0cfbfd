#include "base/cpu_count.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace keraunos {
namespace {

constexpr int kMaxThreads = 256;

// The leading positive integer of an environment variable ("4", "4,2"); 0 when there is none.
int PositiveFromEnvironment(const char* name) {
  const char* text = std::getenv(name);
  if (!text) return 0;
  const long value = std::strtol(text, nullptr, 10);
  return value < 1 ? 0 : static_cast<int>(std::min<long>(value, kMaxThreads));
}

double QuotaV2(const std::string& folder) {
  std::ifstream file(folder + "/cpu.max");
  std::string quota;
  double period = 0;
  if (!(file >> quota >> period) || quota == "max" || period <= 0) return 0;
  return std::atof(quota.c_str()) / period;
}

double QuotaV1(const std::string& folder) {
  std::ifstream quota_file(folder + "/cpu.cfs_quota_us"), period_file(folder + "/cpu.cfs_period_us");
  double quota = 0, period = 0;
  if (!(quota_file >> quota) || !(period_file >> period) || quota <= 0 || period <= 0) return 0;
  return quota / period;
}

// The tightest quota from `path` up to the root of the hierarchy: a limit on any ancestor binds.
double Tightest(const std::string& root, std::string path, double (*quota)(const std::string&)) {
  double tightest = 0;
  while (true) {
    const double cpus = quota(root + path);
    if (cpus > 0 && (tightest == 0 || cpus < tightest)) tightest = cpus;
    if (path.empty()) return tightest;
    path.resize(path.find_last_of('/') == std::string::npos ? 0 : path.find_last_of('/'));
  }
}

}  // namespace

int AffinityCpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

int CgroupCpus() {
  // Lines: "0::/path" (version 2) or "4:cpu,cpuacct:/path" (version 1).
  std::ifstream file("/proc/self/cgroup");
  std::string line;
  double tightest = 0;
  while (std::getline(file, line)) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    std::string controllers(1, ',');
    controllers.append(line, first + 1, second - first - 1).push_back(',');
    std::string path = line.substr(second + 1);
    if (path == "/") path.clear();
    double cpus = 0;
    if (controllers == ",,") {
      cpus = Tightest("/sys/fs/cgroup", path, QuotaV2);
    } else if (controllers.find(",cpu,") != std::string::npos) {
      cpus = Tightest("/sys/fs/cgroup/cpu", path, QuotaV1);
    }
    if (cpus > 0 && (tightest == 0 || cpus < tightest)) tightest = cpus;
  }
  return static_cast<int>(std::ceil(tightest));
}

int DefaultThreadCount() {
  if (const int forced = PositiveFromEnvironment("KERAUNOS_NUM_THREADS")) return forced;
  int count = AffinityCpus();
  if (const int quota = CgroupCpus()) count = std::min(count, quota);
  if (const int openmp = PositiveFromEnvironment("OMP_NUM_THREADS")) count = std::min(count, openmp);
  return std::clamp(count, 1, kMaxThreads);
}

}  // namespace keraunos
