/* columns.h - reads two-column text, for the examples. */
#ifndef COLUMNS_H
#define COLUMNS_H

#include <stddef.h>

/** A spectrum as spectra_predict() takes it: two arrays of one length. */
typedef struct columns {
    double *energy_ev;
    float *counts;
    size_t count;
} columns;

/**
 * Reads energies (eV) and counts, two numbers a line, parted by spaces, tabs, a comma or a semicolon. Empty
 * lines, lines that start with '#', and one header line before the numbers are skipped.
 *
 * @return 1, or 0 after a message on stderr. Free with columns_free(), in either case.
 */
int columns_read(const char *path, columns *spectrum);

void columns_free(columns *spectrum);

#endif
