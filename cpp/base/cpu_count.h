// How many threads this process should use: what the machine, the container and the user allow.
#pragma once

namespace keraunos {

// KERAUNOS_NUM_THREADS when set; else the affinity mask, cut by the cgroup quota (versions 1 and 2) and
// OMP_NUM_THREADS.
int DefaultThreadCount();

// CPUs in the affinity mask.
int AffinityCpus();

// CPUs that the cgroup quota grants, rounded up; 0: no quota.
int CgroupCpus();

}  // namespace keraunos
