/* predict.c - the six properties of one spectrum.
 *
 *     predict MODEL.json SPECTRUM.txt [ENERGY]
 *
 * ENERGY (eV) is for models that ask for it: the threshold on the axis of the spectrum (threshold.json), or
 * what to add to that axis to reach the simulated one (absolute.json).
 */
#include <spectra_infer.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "columns.h"

static void print(const spectra_model *model, const spectra_result *result)
{
    for (int p = 0; p < SPECTRA_PROPERTY_COUNT; p++) {
        const spectra_estimate *estimate = &result->properties[p];
        printf("%-20s %10.3f ± %-7.3f %s", spectra_property_name(p), estimate->value,
               estimate->standard_error, spectra_property_unit(p));
        if (estimate->measurement_error > 0) printf("  (%.2g from the noise)", estimate->measurement_error);
        printf("\n");
    }

    const spectra_preparation *did = &result->preparation;
    if (isfinite(did->background_exponent))
        printf("\nbackground  E^-r with r = %.3f ± %.3f, from %.1f to %.1f eV\n", did->background_exponent,
               did->background_exponent_error, did->background_start_ev, did->background_end_ev);
    else
        printf("\nbackground  none removed\n");
    if (isfinite(did->onset_ev)) printf("onset       %.2f ± %.2f eV\n", did->onset_ev, did->onset_error_ev);

    printf("nearest    ");
    for (uint32_t n = 0; n < result->neighbor_count; n++) {
        spectra_reference reference = { .struct_size = sizeof reference };
        if (spectra_model_get_reference(model, result->neighbors[n].reference, &reference) == SPECTRA_OK)
            printf(" %s (%.3f)", reference.id, result->neighbors[n].distance);
    }
    printf("\n");

    for (uint32_t flag = 1; flag != 0; flag <<= 1)
        if (result->flags & flag) printf("caution     %s\n", spectra_flag_text(flag));
}

int main(int argc, char **argv)
{
    if (argc < 3 || argc > 4) {
        fprintf(stderr, "usage: %s MODEL.json SPECTRUM.txt [ENERGY]\n", argv[0]);
        return 2;
    }
    columns spectrum;
    if (!columns_read(argv[2], &spectrum)) {
        columns_free(&spectrum);
        return 2;
    }
    spectra_options options;
    spectra_options_init(&options);
    if (argc == 4) options.threshold_ev = options.energy_offset_ev = atof(argv[3]); /* the model takes its own */

    char message[SPECTRA_MESSAGE_CAPACITY];
    spectra_model *model = NULL;
    spectra_status status = spectra_model_load_file(argv[1], &model, message, sizeof message);
    if (status == SPECTRA_OK) {
        size_t size = spectra_workspace_size(model, spectrum.count);
        void *workspace = malloc(size);
        spectra_result result = { .struct_size = sizeof result };
        status = spectra_predict(model, workspace, size, spectrum.energy_ev, spectrum.counts, spectrum.count,
                                 &options, &result, message, sizeof message);
        if (status == SPECTRA_OK) print(model, &result);
        free(workspace);
    }
    if (status != SPECTRA_OK) fprintf(stderr, "%s: %s\n", spectra_status_name(status), message);
    spectra_model_free(model);
    columns_free(&spectrum);
    return status == SPECTRA_OK ? 0 : 1;
}
