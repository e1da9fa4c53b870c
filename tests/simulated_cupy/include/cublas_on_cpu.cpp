// A cuBLAS for the simulation: a library of the real one's name whose functions ask Python.
#include <stddef.h>

typedef int Status;
static Status (*create)(void**);
static Status (*set_stream)(void*, void*);
static Status (*set_workspace)(void*, void*, size_t);
static Status (*multiply)(void*, const long long*);

extern "C" {

void simulation(Status (*a)(void**), Status (*b)(void*, void*), Status (*c)(void*, void*, size_t),
                Status (*d)(void*, const long long*)) {
  create = a, set_stream = b, set_workspace = c, multiply = d;
}
Status cublasCreate_v2(void** handle) { return create(handle); }
Status cublasDestroy_v2(void*) { return 0; }
Status cublasSetStream_v2(void* handle, void* stream) { return set_stream(handle, stream); }
Status cublasSetWorkspace_v2(void* handle, void* workspace, size_t size) { return set_workspace(handle, workspace, size); }

Status cublasGemmStridedBatchedEx(void* handle, int transa, int transb, int m, int n, int k, const void* alpha,
                                  const void* A, int Atype, int lda, long long strideA, const void* B, int Btype, int ldb,
                                  long long strideB, const void* beta, void* C, int Ctype, int ldc, long long strideC,
                                  int count, int computeType, int algo) {
  const long long arguments[] = {transa, transb, m, n, k, (long long)alpha, (long long)A, Atype, lda, strideA,
                                 (long long)B, Btype, ldb, strideB, (long long)beta, (long long)C, Ctype, ldc, strideC,
                                 count, computeType};
  return multiply(handle, arguments);
}
Status cublasGemmEx(void* handle, int transa, int transb, int m, int n, int k, const void* alpha, const void* A, int Atype,
                    int lda, const void* B, int Btype, int ldb, const void* beta, void* C, int Ctype, int ldc,
                    int computeType, int algo) {
  return cublasGemmStridedBatchedEx(handle, transa, transb, m, n, k, alpha, A, Atype, lda, 0, B, Btype, ldb, 0, beta, C,
                                    Ctype, ldc, 0, 1, computeType, algo);
}
}
