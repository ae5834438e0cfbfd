// Errors of the device, as exceptions that name the call and give CUDA's own words.
#pragma once
#include <stdexcept>
#include <string>

namespace keraunos::cuda {

struct CudaError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Throws CudaError unless `status` (a cudaError_t) is success: "[cuda] CALL: NAME: text".
void Check(int status, const char* call);

}  // namespace keraunos::cuda
