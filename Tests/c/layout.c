/* layout.c - the header by itself, as C99 and later and as C++; and the layout of its structs on LP64, pinned.
 *
 * A field may be added to a later version of a struct where `reserved` is, or at its end with a larger
 * struct_size. What stands here does not move.
 */
#include <spectra_infer.h>
#include <spectra_infer.h> /* twice does no harm */

#if defined(__cplusplus)
#define PINNED(condition) static_assert(condition, #condition)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define PINNED(condition) _Static_assert(condition, #condition)
#else
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define PINNED(condition) typedef char JOIN(pinned_, __LINE__)[(condition) ? 1 : -1]
#endif
#define SIZE(type, bytes) PINNED(sizeof(type) == bytes)
#define AT(type, field, place) PINNED(offsetof(type, field) == place)

#if defined(__LP64__)
SIZE(spectra_status, 4);
SIZE(spectra_property, 4);
SIZE(spectra_alignment, 4);
SIZE(spectra_background, 4);
SIZE(spectra_spikes, 4);

SIZE(spectra_model_info, 72);
AT(spectra_model_info, struct_size, 0);
AT(spectra_model_info, format_version, 4);
AT(spectra_model_info, alignment, 8);
AT(spectra_model_info, background, 12);
AT(spectra_model_info, feature_count, 16);
AT(spectra_model_info, member_count, 20);
AT(spectra_model_info, reference_count, 24);
AT(spectra_model_info, reserved, 28);
AT(spectra_model_info, grid_start_ev, 32);
AT(spectra_model_info, grid_step_ev, 40);
AT(spectra_model_info, broadening_sigma_ev, 48);
AT(spectra_model_info, background_start_ev, 56);
AT(spectra_model_info, background_end_ev, 64);

SIZE(spectra_reference, 72);
AT(spectra_reference, struct_size, 0);
AT(spectra_reference, feature_count, 4);
AT(spectra_reference, id, 8);
AT(spectra_reference, features, 16);
AT(spectra_reference, properties, 24);

SIZE(spectra_options, 192);
AT(spectra_options, struct_size, 0);
AT(spectra_options, background, 4);
AT(spectra_options, background_start_ev, 8);
AT(spectra_options, background_end_ev, 16);
AT(spectra_options, threshold_ev, 24);
AT(spectra_options, energy_offset_ev, 32);
AT(spectra_options, axis_error_ev, 40);
AT(spectra_options, spikes, 48);
AT(spectra_options, calibration_point_count, 52);
AT(spectra_options, calibration_measured_ev, 56);
AT(spectra_options, calibration_true_ev, 72);
AT(spectra_options, low_loss_energy_ev, 88);
AT(spectra_options, low_loss_intensity, 96);
AT(spectra_options, low_loss_count, 104);
AT(spectra_options, low_loss_stride, 112);
AT(spectra_options, low_loss_use, 120);
AT(spectra_options, reserved_use, 124);
AT(spectra_options, resolution_fwhm_ev, 128);
AT(spectra_options, noise_gain, 136);
AT(spectra_options, variance, 144);
AT(spectra_options, variance_stride, 152);
AT(spectra_options, reserved, 160);

SIZE(spectra_estimate, 56);
AT(spectra_estimate, value, 0);
AT(spectra_estimate, standard_error, 8);
AT(spectra_estimate, lower_68, 16);
AT(spectra_estimate, upper_68, 24);
AT(spectra_estimate, lower_95, 32);
AT(spectra_estimate, upper_95, 40);
AT(spectra_estimate, measurement_error, 48);

SIZE(spectra_neighbor, 16);
AT(spectra_neighbor, reference, 0);
AT(spectra_neighbor, reserved, 4);
AT(spectra_neighbor, distance, 8);

SIZE(spectra_preparation, 320);
AT(spectra_preparation, struct_size, 0);
AT(spectra_preparation, alignment, 4);
AT(spectra_preparation, background, 8);
AT(spectra_preparation, background_channels, 12);
AT(spectra_preparation, background_start_ev, 16);
AT(spectra_preparation, background_end_ev, 24);
AT(spectra_preparation, background_amplitude, 32);
AT(spectra_preparation, background_amplitude_error, 40);
AT(spectra_preparation, background_exponent, 48);
AT(spectra_preparation, background_exponent_error, 56);
AT(spectra_preparation, background_dispersion, 64);
AT(spectra_preparation, onset_ev, 72);
AT(spectra_preparation, onset_error_ev, 80);
AT(spectra_preparation, shift_ev, 88);
AT(spectra_preparation, channel_width_ev, 96);
AT(spectra_preparation, area, 104);
AT(spectra_preparation, negative_fraction, 112);
AT(spectra_preparation, calibration_offset_ev, 120);
AT(spectra_preparation, calibration_factor, 128);
AT(spectra_preparation, zero_loss_ev, 136);
AT(spectra_preparation, zero_loss_error_ev, 144);
AT(spectra_preparation, zero_loss_fwhm_ev, 152);
AT(spectra_preparation, resolution_fwhm_ev, 160);
AT(spectra_preparation, broadening_sigma_ev, 168);
AT(spectra_preparation, thickness, 176);
AT(spectra_preparation, noise_gain, 184);
AT(spectra_preparation, background_covariance, 192);
AT(spectra_preparation, background_residual_slope, 200);
AT(spectra_preparation, background_residual_significance, 208);
AT(spectra_preparation, pre_edge_excess, 216);
AT(spectra_preparation, pre_edge_significance, 224);
AT(spectra_preparation, spike_ev, 232);
AT(spectra_preparation, spike_count, 240);
AT(spectra_preparation, saturated_channels, 244);
AT(spectra_preparation, constant_channels, 248);
AT(spectra_preparation, low_loss_use, 252);
AT(spectra_preparation, reserved, 256);

SIZE(spectra_result, 728);
AT(spectra_result, struct_size, 0);
AT(spectra_result, status, 4);
AT(spectra_result, flags, 8);
AT(spectra_result, neighbor_count, 12);
AT(spectra_result, properties, 16);
AT(spectra_result, novelty, 352);
AT(spectra_result, neighbors, 360);
AT(spectra_result, preparation, 408);
#endif

/* The numbers that programs were compiled with. */
PINNED(SPECTRA_OK == 0);
PINNED(SPECTRA_ERROR_NULL_ARGUMENT == 10);
PINNED(SPECTRA_ERROR_STRUCT_SIZE == 11);
PINNED(SPECTRA_ERROR_COUNT == 12);
PINNED(SPECTRA_ERROR_WORKSPACE == 13);
PINNED(SPECTRA_ERROR_OPTION == 14);
PINNED(SPECTRA_ERROR_MEMORY == 15);
PINNED(SPECTRA_ERROR_AXIS == 20);
PINNED(SPECTRA_ERROR_AXIS_RANGE == 21);
PINNED(SPECTRA_ERROR_NOT_FINITE == 22);
PINNED(SPECTRA_ERROR_BACKGROUND_WINDOW == 23);
PINNED(SPECTRA_ERROR_BACKGROUND_FIT == 24);
PINNED(SPECTRA_ERROR_NO_EDGE == 25);
PINNED(SPECTRA_ERROR_NO_SIGNAL == 26);
PINNED(SPECTRA_ERROR_ALIGNMENT == 27);
PINNED(SPECTRA_ERROR_LOW_LOSS == 28);
PINNED(SPECTRA_ERROR_DECONVOLUTION == 29);
PINNED(SPECTRA_ERROR_UNCERTAIN_ONSET == 30);
PINNED(SPECTRA_ERROR_FILE == 40);
PINNED(SPECTRA_ERROR_MODEL_SYNTAX == 41);
PINNED(SPECTRA_ERROR_MODEL_FORMAT == 42);
PINNED(SPECTRA_ERROR_MODEL_CHECKSUM == 43);
PINNED(SPECTRA_ERROR_MODEL_CONTENT == 44);
PINNED(SPECTRA_ERROR_MODEL_SELF_TEST == 45);
PINNED(SPECTRA_BOND_LENGTH == 0 && SPECTRA_BOND_ANGLE == 1 && SPECTRA_VORONOI_VOLUME == 2);
PINNED(SPECTRA_OVERLAP_POPULATION == 3 && SPECTRA_MULLIKEN_CHARGE == 4 && SPECTRA_EXCITATION_ENERGY == 5);
PINNED(SPECTRA_PROPERTY_COUNT == 6 && SPECTRA_NEIGHBOR_COUNT == 3);
PINNED(SPECTRA_ALIGNMENT_THRESHOLD == 1 && SPECTRA_ALIGNMENT_EDGE == 2 && SPECTRA_ALIGNMENT_ABSOLUTE == 3);
PINNED(SPECTRA_BACKGROUND_RECIPE == 0 && SPECTRA_BACKGROUND_NONE == 1 && SPECTRA_BACKGROUND_POWER_LAW == 2);
PINNED(SPECTRA_FLAG_OUTSIDE_REFERENCE_DOMAIN == 1 && SPECTRA_FLAG_AMBIGUOUS == 2 && SPECTRA_FLAG_NEGATIVE_INTENSITY == 4);
PINNED(SPECTRA_FLAG_COARSE_CHANNELS == 8 && SPECTRA_FLAG_UNCERTAIN_ONSET == 16);
PINNED(SPECTRA_FLAG_COARSE_RESOLUTION == 32 && SPECTRA_FLAG_BACKGROUND_WINDOW == 64 && SPECTRA_FLAG_PRE_EDGE_INTENSITY == 128);
PINNED(SPECTRA_FLAG_SATURATED_CHANNELS == 256 && SPECTRA_FLAG_SPIKES == 512);
PINNED(SPECTRA_SPIKES_REPORT == 0 && SPECTRA_SPIKES_REPLACE == 1 && SPECTRA_SPIKES_IGNORE == 2);
PINNED(SPECTRA_LOW_LOSS_ALIGN == 1 && SPECTRA_LOW_LOSS_RESOLUTION == 2 && SPECTRA_LOW_LOSS_DECONVOLVE == 4);
PINNED(SPECTRA_MESSAGE_CAPACITY == 512 && SPECTRA_CHANNEL_COUNT_MAX == 16777216);
