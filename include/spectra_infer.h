/* spectra_infer.h - six local properties of a silicon oxide from its O-K core-loss spectrum.
 *
 * This header is the whole published interface of libspectra_infer. What it does not declare is not
 * part of the interface. A complete program:
 *
 *     #include <spectra_infer.h>
 *     #include <stdio.h>
 *     #include <stdlib.h>
 *
 *     int report(const double *energy_ev, const float *counts, size_t channels)
 *     {
 *         char message[SPECTRA_MESSAGE_CAPACITY];
 *         spectra_model *model = NULL;
 *         spectra_status status = spectra_model_load_file("edge.json", &model, message, sizeof message);
 *         if (status == SPECTRA_OK) {
 *             size_t size = spectra_workspace_size(model, channels);
 *             void *workspace = malloc(size);
 *             spectra_result result = { .struct_size = sizeof result };
 *             status = spectra_predict(model, workspace, size, energy_ev, counts, channels,
 *                                      NULL, &result, message, sizeof message);
 *             for (int p = 0; status == SPECTRA_OK && p < SPECTRA_PROPERTY_COUNT; p++)
 *                 printf("%-20s %9.3f +- %.3f %s\n", spectra_property_name(p), result.properties[p].value,
 *                        result.properties[p].standard_error, spectra_property_unit(p));
 *             free(workspace);
 *         }
 *         if (status != SPECTRA_OK) fprintf(stderr, "%s\n", message);
 *         spectra_model_free(model);
 *         return status;
 *     }
 *
 * Rules that hold for every function, unless its comment says otherwise:
 *
 * - Energies are in eV, properties in the unit of spectra_property_unit(). Matrices are row-major.
 * - Every function that can fail returns a spectra_status. On an error the outputs are untouched and the
 *   caller has nothing to free; `message` (which may be NULL with capacity 0) then receives one
 *   NUL-terminated sentence that says what is wrong and what mends it, cut to `message_capacity`.
 *   On success `message` receives the empty string.
 * - No input ends the host process: NULL, wrong sizes, NaN, infinities, unsorted axes and damaged or
 *   hostile model files each have a status: docs/hostile-numbers.md has them in tables.
 * - A spectra_model is immutable: any number of threads may use one at once. A workspace belongs to one
 *   call at a time. Only spectra_model_free() must not race with another use of the same model.
 * - No preprocess or predict function allocates memory, takes a lock, starts a thread or makes a
 *   system call. The library prints nothing and keeps no global state.
 * - The floating-point mode of the host (rounding, denormals, traps, exception flags) neither matters nor
 *   changes: every call computes in the mode of ISO C and puts the host's back.
 * - A struct with a struct_size, and result_size, may be larger than this header's (a newer header's): the
 *   rest is left alone. Smaller ones are SPECTRA_ERROR_STRUCT_SIZE.
 * - Pointers handed in are not kept after the call returns. Arrays must be aligned for their type
 *   (else SPECTRA_ERROR_COUNT); a workspace and a message need no alignment.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SPECTRA_INFER_H
#define SPECTRA_INFER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SPECTRA_CHECK_RESULT __attribute__((warn_unused_result))
#else
#define SPECTRA_CHECK_RESULT
#endif

/* ---------------------------------------------------------------- version */

#define SPECTRA_VERSION_MAJOR 0
#define SPECTRA_VERSION_MINOR 1
#define SPECTRA_VERSION_PATCH 0
#define SPECTRA_VERSION_NUMBER (SPECTRA_VERSION_MAJOR * 10000 + SPECTRA_VERSION_MINOR * 100 + SPECTRA_VERSION_PATCH)

/** Version of the library that is running, as SPECTRA_VERSION_NUMBER. Since 0.1. */
uint32_t spectra_version_number(void);

/** Version of the library that is running, as "0.1.0"; static storage. Since 0.1. */
const char *spectra_version_string(void);

/** Highest `format_version` of a model file that this library reads (all lower ones load too). Since 0.1. */
uint32_t spectra_model_format_max(void);

/* ---------------------------------------------------------------- status */

/** What a call returned. Numbers are never changed or reused; treat an unknown one as an error. */
typedef enum spectra_status {
    SPECTRA_OK = 0,

    /* The call itself. */
    SPECTRA_ERROR_NULL_ARGUMENT = 10,      /* a pointer that must not be NULL is NULL */
    SPECTRA_ERROR_STRUCT_SIZE = 11,        /* struct_size is not set to the size of the struct */
    SPECTRA_ERROR_COUNT = 12,              /* a count, size or stride is zero, too large, or not the model's */
    SPECTRA_ERROR_WORKSPACE = 13,          /* the workspace is smaller than spectra_workspace_size() */
    SPECTRA_ERROR_OPTION = 14,             /* an option is out of its range */
    SPECTRA_ERROR_MEMORY = 15,             /* an allocation was refused (loading only) */

    /* The spectrum. */
    SPECTRA_ERROR_AXIS = 20,               /* energies not finite, not strictly increasing, or beyond 10 MeV */
    SPECTRA_ERROR_AXIS_RANGE = 21,         /* the axis does not reach over the model's energy grid */
    SPECTRA_ERROR_NOT_FINITE = 22,         /* NaN, an infinity or an absurd magnitude among the values */
    SPECTRA_ERROR_BACKGROUND_WINDOW = 23,  /* the pre-edge window holds too few channels or no counts */
    SPECTRA_ERROR_BACKGROUND_FIT = 24,     /* the power law does not describe the pre-edge window */
    SPECTRA_ERROR_NO_EDGE = 25,            /* no edge stands out of the noise */
    SPECTRA_ERROR_NO_SIGNAL = 26,          /* nothing is left to normalise after the background */
    SPECTRA_ERROR_ALIGNMENT = 27,          /* the model needs a threshold or energy offset that was not given */
    SPECTRA_ERROR_LOW_LOSS = 28,           /* the low-loss spectrum has no zero-loss peak, or not all of it */
    SPECTRA_ERROR_DECONVOLUTION = 29,      /* the core-loss axis is not uniform, to a tenth of a channel */
    SPECTRA_ERROR_UNCERTAIN_ONSET = 30,    /* too noisy: the onset is too uncertain to align by */

    /* The model file. */
    SPECTRA_ERROR_FILE = 40,               /* the file cannot be opened or read */
    SPECTRA_ERROR_MODEL_SYNTAX = 41,       /* begins like JSON, but is none: truncated or damaged */
    SPECTRA_ERROR_MODEL_FORMAT = 42,       /* not a spectra-infer model, or of a newer format */
    SPECTRA_ERROR_MODEL_CHECKSUM = 43,     /* a SHA-256 does not match: damaged or edited */
    SPECTRA_ERROR_MODEL_CONTENT = 44,      /* a member is missing, of the wrong type, size or range */
    SPECTRA_ERROR_MODEL_SELF_TEST = 45,    /* the golden input does not give the golden output */

    SPECTRA_STATUS_MAX_ = 0x7fffffff       /* keeps the enum 32 bits wide; never returned */
} spectra_status;

/** A buffer of this many bytes holds every message whole. */
#define SPECTRA_MESSAGE_CAPACITY 512

/** Name of a status ("SPECTRA_ERROR_AXIS"); static storage, never NULL, also for unknown codes. Since 0.1. */
const char *spectra_status_name(spectra_status status);

/** One sentence about a status; static storage, never NULL. Since 0.1. */
const char *spectra_status_text(spectra_status status);

/* ---------------------------------------------------------------- properties */

/** The six properties of the oxygen site, and their index in every array of properties. */
typedef enum spectra_property {
    SPECTRA_BOND_LENGTH = 0,         /* mean Si-O bond length, angstrom */
    SPECTRA_BOND_ANGLE = 1,          /* mean Si-O-Si bond angle, degree */
    SPECTRA_VORONOI_VOLUME = 2,      /* volume of the Voronoi cell, angstrom^3 */
    SPECTRA_OVERLAP_POPULATION = 3,  /* mean bond overlap population of the Si-O bonds, electron */
    SPECTRA_MULLIKEN_CHARGE = 4,     /* Mulliken charge, electron */
    SPECTRA_EXCITATION_ENERGY = 5    /* excitation energy of the O 1s electron, eV */
} spectra_property;

#define SPECTRA_PROPERTY_COUNT 6

/** Name of a property ("bond_length"); static storage; "" out of range. Since 0.1. */
const char *spectra_property_name(int property);

/** Unit of a property ("angstrom"); static storage; "" out of range. Since 0.1. */
const char *spectra_property_unit(int property);

/* ---------------------------------------------------------------- model */

/** A trained model: an opaque, immutable handle that threads may share. */
typedef struct spectra_model spectra_model;

/**
 * Loads a model file (JSON, "spectra-infer model", format 1, 2 or 3). Everything in it is checked before it is
 * believed: syntax, checksums, types, shapes, ranges, and the golden input it carries.
 *
 * @param path   path of the file, as the C library's fopen() takes it.
 * @param model  out: the model, to be freed with spectra_model_free(); untouched on error.
 * @return SPECTRA_OK, or SPECTRA_ERROR_NULL_ARGUMENT, _COUNT, _MEMORY, _FILE, or one of SPECTRA_ERROR_MODEL_*.
 * Since 0.1.
 */
SPECTRA_CHECK_RESULT
spectra_status spectra_model_load_file(const char *path, spectra_model **model,
                                       char *message, size_t message_capacity);

/**
 * Loads a model from `size` bytes in memory, as spectra_model_load_file(). The bytes are copied where
 * needed and may be freed after the call. Since 0.1.
 */
SPECTRA_CHECK_RESULT
spectra_status spectra_model_load_memory(const void *bytes, size_t size, spectra_model **model,
                                         char *message, size_t message_capacity);

/** Frees a model. NULL is fine. No other call may be using the model. Since 0.1. */
void spectra_model_free(spectra_model *model);

/** How the energy axis of a spectrum is brought to the axis that a model was trained on. */
typedef enum spectra_alignment {
    SPECTRA_ALIGNMENT_THRESHOLD = 1,  /* 0 eV is the threshold, which the caller must know */
    SPECTRA_ALIGNMENT_EDGE = 2,       /* 0 eV is the onset found in the spectrum; the axis may be uncalibrated */
    SPECTRA_ALIGNMENT_ABSOLUTE = 3    /* the calibrated axis itself, plus one constant offset */
} spectra_alignment;

/** How the background before the edge is removed. */
typedef enum spectra_background {
    SPECTRA_BACKGROUND_RECIPE = 0,    /* as the model's recipe says */
    SPECTRA_BACKGROUND_NONE = 1,      /* the spectrum has none, or it is already removed */
    SPECTRA_BACKGROUND_POWER_LAW = 2  /* A E^-r, fitted on a window before the edge */
} spectra_background;

/** What a model is. Set struct_size to sizeof(spectra_model_info) before the call. */
typedef struct spectra_model_info {
    uint32_t struct_size;
    uint32_t format_version;       /* of the model file */
    spectra_alignment alignment;
    spectra_background background; /* the recipe's */
    uint32_t feature_count;        /* points of the energy grid (160) */
    uint32_t member_count;         /* networks of the ensemble */
    uint32_t reference_count;      /* reference spectra */
    uint32_t reserved;
    double grid_start_ev;          /* first point of the grid, on the aligned axis */
    double grid_step_ev;
    double broadening_sigma_ev;    /* Gaussian broadening of the training spectra */
    double background_start_ev;    /* the recipe's window, on the measured axis */
    double background_end_ev;
} spectra_model_info;

/** Describes a model. @return SPECTRA_OK, SPECTRA_ERROR_NULL_ARGUMENT or _STRUCT_SIZE. Since 0.1. */
SPECTRA_CHECK_RESULT
spectra_status spectra_model_get_info(const spectra_model *model, spectra_model_info *info);

/** The model card as JSON (data, split, errors, seed, licence); owned by the model; "" for NULL. Since 0.1. */
const char *spectra_model_card(const spectra_model *model);

/** One reference spectrum of a model. Set struct_size to sizeof(spectra_reference) before the call. */
typedef struct spectra_reference {
    uint32_t struct_size;
    uint32_t feature_count;
    const char *id;                              /* "mp-7000/O3"; owned by the model */
    const float *features;                       /* feature_count prepared intensities; owned by the model */
    double properties[SPECTRA_PROPERTY_COUNT];   /* simulated values; NaN where the site has none */
} spectra_reference;

/**
 * Reads reference spectrum `index` (0 ... reference_count - 1).
 * @return SPECTRA_OK, SPECTRA_ERROR_NULL_ARGUMENT, _STRUCT_SIZE or _COUNT. Since 0.1.
 */
SPECTRA_CHECK_RESULT
spectra_status spectra_model_get_reference(const spectra_model *model, size_t index, spectra_reference *reference);

/* ---------------------------------------------------------------- options */

/** What is done about spikes: one or two channels that a cosmic ray or an X-ray hit. */
typedef enum spectra_spikes {
    SPECTRA_SPIKES_REPORT = 0,   /* count them, flag the result, leave them (default) */
    SPECTRA_SPIKES_REPLACE = 1,  /* put the straight line between their neighbours in their place */
    SPECTRA_SPIKES_IGNORE = 2    /* do not look for them */
} spectra_spikes;

/* What a low-loss spectrum is used for: bits of spectra_options.low_loss_use. */
#define SPECTRA_LOW_LOSS_ALIGN      (UINT32_C(1) << 0) /* its zero-loss peak is 0 eV of the spectrum's axis too */
#define SPECTRA_LOW_LOSS_RESOLUTION (UINT32_C(1) << 1) /* the width of its zero-loss peak is the resolution */
#define SPECTRA_LOW_LOSS_DECONVOLVE (UINT32_C(1) << 2) /* plural scattering is removed (Fourier ratio) */

/**
 * What the caller knows of a measurement. Fill with spectra_options_init(), then change what you know.
 *
 * The steps go in this order: calibration, zero-loss alignment, spikes, background, deconvolution,
 * resolution, onset, alignment, resampling, normalisation; docs/preprocessing.md has their formulas. "The
 * spectrum's axis" is the axis after the calibration and the zero-loss alignment, where there are any.
 */
typedef struct spectra_options {
    uint32_t struct_size;
    spectra_background background;  /* default SPECTRA_BACKGROUND_RECIPE */
    double background_start_ev;     /* pre-edge window on the spectrum's axis; 0 and 0 (default): */
    double background_end_ev;       /*   the part of the recipe's window that the axis has */
    double threshold_ev;            /* threshold on the spectrum's axis; NaN (default): unknown.
                                       Needed by models of SPECTRA_ALIGNMENT_THRESHOLD, else ignored. */
    double energy_offset_ev;        /* what to add to the spectrum's axis to reach the simulated one; NaN
                                       (default): unknown. Needed by models of SPECTRA_ALIGNMENT_ABSOLUTE
                                       (0 where the axis is the simulated one), else ignored. */
    double axis_error_ev;           /* standard error of threshold, offset or calibration; default 0 */
    spectra_spikes spikes;          /* default SPECTRA_SPIKES_REPORT */
    uint32_t calibration_point_count;   /* energies known on the axis as it was handed in: 0 (default); 1
                                           gives its offset; 2 give its offset and dispersion */
    double calibration_measured_ev[2];  /* where they are on the axis as it was handed in */
    double calibration_true_ev[2];      /* where they belong */

    /* A low-loss spectrum, taken together with this one; NULL, NULL and 0 (default): none. Its energies
       increase; its intensities lie side by side. spectra_workspace_size() must be asked for the longer
       of the two spectra. In a batch, spectrum s has the low-loss spectrum at low_loss_intensity
       + s * low_loss_stride. */
    const double *low_loss_energy_ev;
    const float *low_loss_intensity;
    size_t low_loss_count;
    ptrdiff_t low_loss_stride;      /* floats from one to the next of a batch; 0 (default): one for all */
    uint32_t low_loss_use;          /* SPECTRA_LOW_LOSS_*; 0 (default) only without a low-loss spectrum */
    uint32_t reserved_use;          /* must be 0 */
    double resolution_fwhm_ev;      /* full width at half maximum of the resolution; NaN (default): unknown,
                                       and nothing is broadened. A finer one than the model's is broadened to
                                       the model's; a coarser one is flagged. */

    /* The noise. variance: of each channel, channel_count floats side by side (in a batch those of
       spectrum s at variance + s * variance_stride); NULL (default): gain times intensity. */
    double noise_gain;              /* 1 for counts; NaN (default): estimated from the spectrum. That of the
                                       low-loss spectrum is estimated from that one, whatever its unit. */
    const float *variance;
    ptrdiff_t variance_stride;      /* floats from one to the next of a batch; 0 (default): one for all */
    double reserved[4];             /* must be 0 */
} spectra_options;

/** Fills `options` with the defaults and its struct_size. NULL is fine. Since 0.1. */
void spectra_options_init(spectra_options *options);

/* ---------------------------------------------------------------- results */

/** One predicted property, in the property's unit. */
typedef struct spectra_estimate {
    double value;
    double standard_error;      /* one standard deviation of the error expected on an unseen material */
    double lower_68, upper_68;  /* interval that holds the true value in 68 of 100 cases */
    double lower_95, upper_95;  /* the same for 95 of 100 */
    double measurement_error;   /* the part of standard_error that comes from the noise and the energy axis of
                                   this measurement; 0 when predicted from features */
} spectra_estimate;

/** A reference spectrum near the measured one. */
typedef struct spectra_neighbor {
    uint32_t reference;  /* index for spectra_model_get_reference() */
    uint32_t reserved;
    double distance;     /* Euclidean distance of the prepared intensities, divided by sqrt(feature_count) */
} spectra_neighbor;

#define SPECTRA_NEIGHBOR_COUNT 3

/** What preprocessing did. Quantities that do not apply are NaN. */
typedef struct spectra_preparation {
    uint32_t struct_size;
    spectra_alignment alignment;
    spectra_background background;
    uint32_t background_channels;       /* channels in the pre-edge window */
    double background_start_ev;         /* the window that was used */
    double background_end_ev;
    double background_amplitude;        /* A of A E^-r, intensity eV^r */
    double background_amplitude_error;  /* its standard error */
    double background_exponent;         /* r */
    double background_exponent_error;
    double background_dispersion;       /* Pearson chi^2 over degrees of freedom; 1 for Poisson counts */
    double onset_ev;                    /* onset found, on the spectrum's axis (see spectra_options) */
    double onset_error_ev;              /* its standard error from the noise */
    double shift_ev;                    /* what was added to the spectrum's axis */
    double channel_width_ev;            /* mean dispersion over the grid, eV per channel */
    double area;                        /* mean intensity over the grid, by which all were divided */
    double negative_fraction;           /* intensity below zero over that above, on the grid */
    double calibration_offset_ev;       /* energy = offset + factor x energy as it was handed in: calibration */
    double calibration_factor;          /*   and zero-loss alignment together; 0 and 1 without them */
    double zero_loss_ev;                /* zero-loss peak on the low-loss axis, */
    double zero_loss_error_ev;          /*   its standard error from the noise, */
    double zero_loss_fwhm_ev;           /*   and its full width at half maximum */
    double resolution_fwhm_ev;          /* resolution of the measurement, given or from the zero-loss peak */
    double broadening_sigma_ev;         /* standard deviation of the Gaussian broadening that was added; 0: none */
    double thickness;                   /* t / lambda from the low-loss spectrum, where it was deconvolved */
    double noise_gain;                  /* variance over intensity, given or estimated */
    double background_covariance;       /* covariance of ln A and r */
    double background_residual_slope;   /* what the power law leaves over at the window's end: relative, per eV */
    double background_residual_significance;  /* of the curvature behind it, in standard errors */
    double pre_edge_excess;             /* intensity between window and onset that neither background nor edge
                                           explains, over the edge's intensity on the grid */
    double pre_edge_significance;       /* of it, in standard errors */
    double spike_ev;                    /* energy of the first spike */
    uint32_t spike_count;               /* spikes that were found, replaced or not */
    uint32_t saturated_channels;        /* channels in runs of the largest intensity */
    uint32_t constant_channels;         /* channels in other runs of one intensity, longer than noise allows */
    uint32_t low_loss_use;              /* SPECTRA_LOW_LOSS_* that were carried out */
    double reserved[8];
} spectra_preparation;

/* Flags of a result. A flagged result is computed all the same: the flag says how far to trust it. */
#define SPECTRA_FLAG_OUTSIDE_REFERENCE_DOMAIN (UINT32_C(1) << 0) /* unlike every reference spectrum */
#define SPECTRA_FLAG_AMBIGUOUS                (UINT32_C(1) << 1) /* the nearest references disagree */
#define SPECTRA_FLAG_NEGATIVE_INTENSITY       (UINT32_C(1) << 2) /* much intensity is below zero: background? */
#define SPECTRA_FLAG_COARSE_CHANNELS          (UINT32_C(1) << 3) /* channels wider than the model's broadening */
#define SPECTRA_FLAG_UNCERTAIN_ONSET          (UINT32_C(1) << 4) /* onset error above 0.2 eV */
#define SPECTRA_FLAG_COARSE_RESOLUTION        (UINT32_C(1) << 5) /* resolution coarser than the model's broadening */
#define SPECTRA_FLAG_BACKGROUND_WINDOW        (UINT32_C(1) << 6) /* the window is not a power law alone */
#define SPECTRA_FLAG_PRE_EDGE_INTENSITY       (UINT32_C(1) << 7) /* intensity before the edge: beam damage? */
#define SPECTRA_FLAG_SATURATED_CHANNELS       (UINT32_C(1) << 8) /* saturated or constant channels */
#define SPECTRA_FLAG_SPIKES                   (UINT32_C(1) << 9) /* spikes: cosmic rays or X-rays */

/** One sentence about one flag; static storage, never NULL; "" for 0 or an unknown flag. Since 0.1. */
const char *spectra_flag_text(uint32_t flag);

/** A prediction. Set struct_size to sizeof(spectra_result) before the call. */
typedef struct spectra_result {
    uint32_t struct_size;
    spectra_status status;    /* of this spectrum: SPECTRA_OK, or in a batch why there is no prediction */
    uint32_t flags;           /* SPECTRA_FLAG_* */
    uint32_t neighbor_count;  /* entries of `neighbors` that are filled */
    spectra_estimate properties[SPECTRA_PROPERTY_COUNT];
    double novelty;           /* 0 ... 1: share of the reference materials that are nearer to each other */
    spectra_neighbor neighbors[SPECTRA_NEIGHBOR_COUNT];  /* nearest first */
    spectra_preparation preparation;  /* all NaN when the prediction was made from features */
} spectra_result;

/* ---------------------------------------------------------------- predict */

/**
 * Bytes of workspace for spectra of up to `channel_count` channels (0: from features only; with a low-loss
 * spectrum: the channels of the longer one), the same for one spectrum and for a batch of any length. The
 * workspace needs no alignment and no initialisation, holds nothing between calls, and one may be used by
 * one call at a time.
 * @return 0 where model is NULL or channel_count is over SPECTRA_CHANNEL_COUNT_MAX. Since 0.1.
 */
size_t spectra_workspace_size(const spectra_model *model, size_t channel_count);

#define SPECTRA_CHANNEL_COUNT_MAX 16777216

/**
 * Predicts the six properties from one raw spectrum.
 *
 * @param energy_ev   `channel_count` energies, strictly increasing, eV.
 * @param intensity   `channel_count` intensities (counts, or any unit proportional to them).
 * @param options     what is known of the measurement; NULL: the defaults.
 * @param result      out; struct_size set by the caller; untouched on error.
 * @return SPECTRA_OK, a SPECTRA_ERROR_* of the call, or one of the spectrum.
 * Cost: linear in channel_count plus the ensemble plus reference_count x feature_count. Since 0.1.
 */
SPECTRA_CHECK_RESULT
spectra_status spectra_predict(const spectra_model *model, void *workspace, size_t workspace_size,
                               const double *energy_ev, const float *intensity, size_t channel_count,
                               const spectra_options *options, spectra_result *result,
                               char *message, size_t message_capacity);

/**
 * Predicts every spectrum of a batch on one energy axis, such as the pixels of a spectrum image. The
 * result of each is bit for bit that of spectra_predict() on it alone.
 *
 * @param intensity        channel c of spectrum s is intensity[s * spectrum_stride + c * channel_stride].
 * @param spectrum_stride  floats from one spectrum to the next, > 0 (ignored for one spectrum).
 * @param channel_stride   floats from one channel to the next, > 0.
 * @param results          out: spectrum_count results, each `result_size` bytes after the one before.
 * @param result_size      sizeof(spectra_result). The function sets each struct_size.
 * @return SPECTRA_OK where the call could be carried out: results[s].status then speaks of spectrum s,
 *         and its numbers are NaN unless that is SPECTRA_OK. `message` then names the first spectrum that
 *         failed ("spectra[7]: ..."), and is empty when none did. What all spectra share and is wrong in
 *         itself (the axis, an option out of range, the strides) fails the call as a whole: any other
 *         status, and nothing is written to `results`.
 * To use several cores, give each thread a range of the spectra and a workspace of its own. Since 0.1.
 */
SPECTRA_CHECK_RESULT
spectra_status spectra_predict_batch(const spectra_model *model, void *workspace, size_t workspace_size,
                                     const double *energy_ev, size_t channel_count,
                                     const float *intensity, size_t spectrum_count,
                                     ptrdiff_t spectrum_stride, ptrdiff_t channel_stride,
                                     const spectra_options *options,
                                     spectra_result *results, size_t result_size,
                                     char *message, size_t message_capacity);

/**
 * Prepares a raw spectrum only: the features that the networks see, and what was done to get them.
 *
 * @param features          out: feature_count intensities on the model's grid; untouched on error.
 * @param feature_capacity  floats that `features` holds, at least the model's feature_count.
 * @param preparation       out, or NULL; struct_size set by the caller.
 * Since 0.1.
 */
SPECTRA_CHECK_RESULT
spectra_status spectra_preprocess(const spectra_model *model, void *workspace, size_t workspace_size,
                                  const double *energy_ev, const float *intensity, size_t channel_count,
                                  const spectra_options *options,
                                  float *features, size_t feature_capacity, spectra_preparation *preparation,
                                  char *message, size_t message_capacity);

/**
 * Predicts from `spectrum_count` spectra that are already prepared (spectra_preprocess(), or spectra of
 * your own on the model's grid, aligned, broadened and normalised to a mean of 1).
 *
 * @param features         spectrum s starts at features[s * spectrum_stride]; each has `feature_count` values.
 * @param feature_count    the model's feature_count.
 * @param spectrum_stride  floats from one spectrum to the next, >= feature_count (ignored for one spectrum).
 * @param results          as for spectra_predict_batch(), with the same rule for the status of each.
 * Since 0.1.
 */
SPECTRA_CHECK_RESULT
spectra_status spectra_predict_features(const spectra_model *model, void *workspace, size_t workspace_size,
                                        const float *features, size_t feature_count, size_t spectrum_count,
                                        ptrdiff_t spectrum_stride,
                                        spectra_result *results, size_t result_size,
                                        char *message, size_t message_capacity);

/* ---------------------------------------------------------------- references */

/**
 * Finds the references nearest to a prepared spectrum, as many as you like: what else would look like it.
 * spectra_predict() reports the first SPECTRA_NEIGHBOR_COUNT of them. Needs no workspace.
 *
 * @param features           one spectrum as spectra_preprocess() gives it, `feature_count` values.
 * @param feature_count      the model's feature_count.
 * @param neighbors          out: nearest first, the lower index where distances are equal; untouched on error.
 * @param neighbor_capacity  how many `neighbors` holds, at least 1.
 * @param neighbor_count     out: how many there are: neighbor_capacity, or the model's reference_count where
 *                           that is less; entries beyond are untouched.
 * @return SPECTRA_OK, SPECTRA_ERROR_NULL_ARGUMENT, _COUNT or _NOT_FINITE.
 * Cost: reference_count x feature_count, less where most references are far away; and at most reference_count x
 * neighbor_capacity, which counts where thousands are asked for. Since 0.1.
 */
SPECTRA_CHECK_RESULT
spectra_status spectra_find_neighbors(const spectra_model *model, const float *features, size_t feature_count,
                                      spectra_neighbor *neighbors, size_t neighbor_capacity,
                                      size_t *neighbor_count, char *message, size_t message_capacity);

#ifdef __cplusplus
}
#endif

#endif /* SPECTRA_INFER_H */
