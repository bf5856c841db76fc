/* floating_point.c - the floating-point environment of the architectures that this is built for.
 *
 * fegetenv() and fesetenv() do the same at ten times the cost, as they save all of the x87 unit.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "CFloatingPoint.h"

#if defined(__x86_64__)

#include <xmmintrin.h>

/* All exceptions masked, to the nearest, denormals kept, no flag set. */
#define DEFAULT_MXCSR 0x1F80u
/* The same of the x87 unit, which computes nothing here; but strtod() asks it how to round. */
#define DEFAULT_X87 0x037Fu

spectra_floating_point spectra_floating_point_enter(void)
{
    uint16_t x87;
    __asm__ volatile("fnstcw %0" : "=m"(x87));
    const spectra_floating_point host = { x87, _mm_getcsr() };
    if (x87 != DEFAULT_X87) {
        const uint16_t ours = DEFAULT_X87;
        __asm__ volatile("fldcw %0" : : "m"(ours));
    }
    _mm_setcsr(DEFAULT_MXCSR);
    return host;
}

void spectra_floating_point_leave(spectra_floating_point host)
{
    if (host.control != DEFAULT_X87) {
        const uint16_t x87 = (uint16_t)host.control;
        __asm__ volatile("fldcw %0" : : "m"(x87));
    }
    _mm_setcsr((unsigned)host.status);
}

#elif defined(__aarch64__)

spectra_floating_point spectra_floating_point_enter(void)
{
    spectra_floating_point host;
    __asm__ volatile("mrs %0, fpcr\n\tmrs %1, fpsr" : "=r"(host.control), "=r"(host.status));
    if (host.control != 0) __asm__ volatile("msr fpcr, xzr");
    return host;
}

void spectra_floating_point_leave(spectra_floating_point host)
{
    if (host.control != 0) __asm__ volatile("msr fpcr, %0" : : "r"(host.control));
    __asm__ volatile("msr fpsr, %0" : : "r"(host.status));
}

#else

#include <fenv.h>

spectra_floating_point spectra_floating_point_enter(void)
{
    const spectra_floating_point host = { (uint64_t)fegetround(), (uint64_t)fetestexcept(FE_ALL_EXCEPT) };
    fesetround(FE_TONEAREST);
    return host;
}

void spectra_floating_point_leave(spectra_floating_point host)
{
    feclearexcept(FE_ALL_EXCEPT);
    feraiseexcept((int)host.status);
    fesetround((int)host.control);
}

#endif
