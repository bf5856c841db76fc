/* quartz.c - prints examples/c/quartz.txt, or with --values examples/c/quartz.csv: quartz DATA [--values] */
#define _GNU_SOURCE
#include "support.h"

#include <stdio.h>
#include <string.h>

static int print_values(const char *data)
{
    static const char *const wanted[] = {
        "bond_length", "bond_angle", "voronoi_volume", "overlap_population", "mulliken_charge", "excitation_energy"
    };
    char path[1000], header[1000], row[1000];
    snprintf(path, sizeof path, "%s/sites.csv", data);
    FILE *file = fopen(path, "r");
    if (!file || !fgets(header, sizeof header, file)) return 1;
    header[strcspn(header, "\r\n")] = '\0';
    printf("name,value\n");
    while (fgets(row, sizeof row, file)) {
        if (strncmp(row, "mp-7000/O3,", 11) != 0) continue;
        row[strcspn(row, "\r\n")] = '\0';
        char *names = header, *values = row, *name, *value;
        while ((name = strsep(&names, ",")) && (value = strsep(&values, ",")))
            for (size_t p = 0; p < sizeof wanted / sizeof *wanted; p++)
                if (strcmp(name, wanted[p]) == 0) printf("%s,%s\n", name, value);
    }
    fclose(file);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 2) return print_values(argv[1]);
    spectrum s = quartz(argv[1], 0.1, 851, 7000);
    printf("# O-K edge of alpha-quartz, mp-7000/O3 of data/transitions.csv: simulated, broadened by 0.5 eV, on a\n"
           "# background A E^-3, with counting noise. Made by Tests/c/quartz.c.\n"
           "energy_eV counts\n");
    for (size_t i = 0; i < s.count; i++) printf("%.1f %.0f\n", s.energy[i], s.counts[i]);
    spectrum_free(&s);
    return 0;
}
