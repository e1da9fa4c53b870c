// Complex numbers on the host: the standard library's in place of Thrust's.
#pragma once

#include <complex>

namespace thrust {
template <class T> using complex = std::complex<T>;
}
using std::complex;
using std::conj;
using std::real;
using std::imag;
using std::arg;

template <class T> bool isnan(const complex<T>& x) { return isnan(x.real()) || isnan(x.imag()); }
template <class T> bool isinf(const complex<T>& x) { return isinf(x.real()) || isinf(x.imag()); }
template <class T> bool isfinite(const complex<T>& x) { return isfinite(x.real()) && isfinite(x.imag()); }
