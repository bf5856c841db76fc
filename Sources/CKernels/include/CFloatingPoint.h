/* CFloatingPoint.h - the host's floating-point environment, put aside while the library computes.
 *
 * A host may round upwards, flush denormals to zero, or trap invalid operations (Fortran, LabVIEW and
 * audio programs do). The library computes in the mode of ISO C: to the nearest, with denormals,
 * without traps. What the host had, its exception flags too, is there again when the call returns.
 * Neither function makes a system call.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SPECTRA_CFLOATINGPOINT_H
#define SPECTRA_CFLOATINGPOINT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a host had: control and status of the thread's floating-point unit. */
typedef struct spectra_floating_point {
    uint64_t control;
    uint64_t status;
} spectra_floating_point;

/** Sets the mode of ISO C and returns what was there. */
spectra_floating_point spectra_floating_point_enter(void);

/** Sets what was there. */
void spectra_floating_point_leave(spectra_floating_point host);

#ifdef __cplusplus
}
#endif

#endif /* SPECTRA_CFLOATINGPOINT_H */
