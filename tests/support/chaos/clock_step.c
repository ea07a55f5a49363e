/* A wall clock that can be set: preloaded into a process, it adds the offset that stands in the
 * file $FLOWY_CHAOS_CLOCK (seconds, a binary double) to CLOCK_REALTIME. The monotonic clock is left
 * alone, as it is when an administrator or NTP steps the machine's time.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile double *offset(void) {
    static const volatile double *mapped;
    static const double none;
    if (mapped == NULL) {
        const char *path = getenv("FLOWY_CHAOS_CLOCK");
        int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
        void *place = file < 0 ? MAP_FAILED : mmap(NULL, sizeof(double), PROT_READ, MAP_SHARED, file, 0);
        if (file >= 0)
            close(file);
        mapped = place == MAP_FAILED ? &none : place;
    }
    return mapped;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (real == NULL)
        real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, now);
    if (result == 0 && clock == CLOCK_REALTIME)
        now->tv_sec += (time_t)*offset();
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec precise;
    int result = clock_gettime(CLOCK_REALTIME, &precise);
    (void)zone;
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return result;
}

time_t time(time_t *place) {
    struct timespec precise;
    clock_gettime(CLOCK_REALTIME, &precise);
    if (place != NULL)
        *place = precise.tv_sec;
    return precise.tv_sec;
}
