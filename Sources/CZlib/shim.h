#include <zlib.h>

/* The name of zlib's function would be hidden by that of ours. */
static inline int zlib_inflate(z_streamp stream) { return inflate(stream, Z_NO_FLUSH); }
