/* demo.c - predictions beside known values.
 *
 *     demo MODEL.json SPECTRUM.txt REFERENCE.csv [ENERGY]
 *
 * REFERENCE.csv has one line "name,value" for each property, such as "bond_length,1.614"; other lines are
 * passed over. ENERGY as for predict.c.
 */
#include <spectra_infer.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"

/* Reads known[p] of each property that the file has; NaN for the others. 0 if the file cannot be opened. */
static int read_known(const char *path, double known[SPECTRA_PROPERTY_COUNT])
{
    for (int p = 0; p < SPECTRA_PROPERTY_COUNT; p++) known[p] = NAN;
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        return 0;
    }
    char line[256], name[64];
    double value;
    while (fgets(line, sizeof line, file))
        if (sscanf(line, " %63[^,],%lf", name, &value) == 2)
            for (int p = 0; p < SPECTRA_PROPERTY_COUNT; p++)
                if (strcmp(name, spectra_property_name(p)) == 0) known[p] = value;
    fclose(file);
    return 1;
}

static void print(const spectra_result *result, const double known[SPECTRA_PROPERTY_COUNT])
{
    int compared = 0, within_95 = 0, within_one_error = 0;
    printf("%-20s %10s   %-8s %10s %10s  %s\n", "property", "predicted", "error", "simulated", "difference", "unit");
    for (int p = 0; p < SPECTRA_PROPERTY_COUNT; p++) {
        const spectra_estimate *estimate = &result->properties[p];
        printf("%-20s %10.3f ± %-8.3f", spectra_property_name(p), estimate->value, estimate->standard_error);
        if (isfinite(known[p])) {
            printf(" %10.3f %+10.3f", known[p], estimate->value - known[p]);
            compared++;
            within_95 += estimate->lower_95 <= known[p] && known[p] <= estimate->upper_95;
            within_one_error += fabs(estimate->value - known[p]) <= estimate->standard_error;
        } else {
            printf(" %10s %10s", "-", "-");
        }
        printf("  %s\n", spectra_property_unit(p));
    }
    for (uint32_t flag = 1; flag != 0; flag <<= 1)
        if (result->flags & flag) printf("caution: %s\n", spectra_flag_text(flag));
    printf("%d of %d simulated values lie in the 95 %% interval, %d of %d within one standard error.\n",
           within_95, compared, within_one_error, compared);
}

int main(int argc, char **argv)
{
    if (argc < 4 || argc > 5) {
        fprintf(stderr, "usage: %s MODEL.json SPECTRUM.txt REFERENCE.csv [ENERGY]\n", argv[0]);
        return 2;
    }
    columns spectrum;
    double known[SPECTRA_PROPERTY_COUNT];
    if (!columns_read(argv[2], &spectrum) || !read_known(argv[3], known)) {
        columns_free(&spectrum);
        return 2;
    }
    spectra_options options;
    spectra_options_init(&options);
    if (argc == 5) options.threshold_ev = options.energy_offset_ev = atof(argv[4]);

    char message[SPECTRA_MESSAGE_CAPACITY];
    spectra_model *model = NULL;
    spectra_status status = spectra_model_load_file(argv[1], &model, message, sizeof message);
    if (status == SPECTRA_OK) {
        size_t size = spectra_workspace_size(model, spectrum.count);
        void *workspace = malloc(size);
        spectra_result result = { .struct_size = sizeof result };
        status = spectra_predict(model, workspace, size, spectrum.energy_ev, spectrum.counts, spectrum.count,
                                 &options, &result, message, sizeof message);
        if (status == SPECTRA_OK) print(&result, known);
        free(workspace);
    }
    if (status != SPECTRA_OK) fprintf(stderr, "%s: %s\n", spectra_status_name(status), message);
    spectra_model_free(model);
    columns_free(&spectrum);
    return status == SPECTRA_OK ? 0 : 1;
}
