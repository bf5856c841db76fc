/* columns.c - reads two-column text, for the examples. */
#include "columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Splits a line into two numbers; 0 if it is not that. */
static int parse(const char *line, double *energy, float *counts)
{
    char *end;
    *energy = strtod(line, &end);
    if (end == line) return 0;
    line = end + strspn(end, " \t,;");
    *counts = strtof(line, &end);
    return end != line;
}

/* Adds a channel; 0 when memory is short. */
static int append(columns *spectrum, size_t *capacity, double energy, float counts)
{
    if (spectrum->count == *capacity) {
        size_t larger = *capacity ? 2 * *capacity : 1024;
        double *energies = realloc(spectrum->energy_ev, larger * sizeof *energies);
        if (energies) spectrum->energy_ev = energies;
        float *intensities = realloc(spectrum->counts, larger * sizeof *intensities);
        if (intensities) spectrum->counts = intensities;
        if (!energies || !intensities) return 0;
        *capacity = larger;
    }
    spectrum->energy_ev[spectrum->count] = energy;
    spectrum->counts[spectrum->count++] = counts;
    return 1;
}

int columns_read(const char *path, columns *spectrum)
{
    *spectrum = (columns){0};
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        return 0;
    }
    char line[1024];
    size_t capacity = 0;
    int fine = 1, header = 0;
    for (int number = 1; fine && fgets(line, sizeof line, file); number++) {
        const char *text = line + strspn(line, " \t\r\n");
        double energy;
        float counts;
        if (*text == '\0' || *text == '#') continue;
        if (parse(text, &energy, &counts)) {
            fine = append(spectrum, &capacity, energy, counts);
            if (!fine) fprintf(stderr, "%s: not enough memory\n", path);
        } else if (header || spectrum->count > 0) {
            fprintf(stderr, "%s:%d: expected an energy and a count\n", path, number);
            fine = 0;
        } else {
            header = 1;
        }
    }
    if (ferror(file)) {
        perror(path);
        fine = 0;
    }
    fclose(file);
    return fine;
}

void columns_free(columns *spectrum)
{
    free(spectrum->energy_ev);
    free(spectrum->counts);
    *spectrum = (columns){0};
}
