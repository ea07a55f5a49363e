/* A disk that keeps only what has been synced: preloaded into a process, it copies each database
 * file (and its log) to FILE.durable whenever fdatasync or fsync has returned for it.
 *
 * A power cut is then: kill the process, and put the copies in the files' places. That drops every
 * write after the last sync of each file, which is more than most disks would lose; writes that
 * reach the disk out of order, or in part, are not modelled.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

static int ends_with(const char *text, const char *end) {
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static void give_up(const char *what) {
    perror(what);
    abort();
}

static void copy(int from, const char *name) {
    char made[PATH_MAX + 32], kept[PATH_MAX + 32], block[1 << 16];
    snprintf(made, sizeof made, "%s.copying", name);
    snprintf(kept, sizeof kept, "%s.durable", name);
    int to = open(made, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (to < 0) give_up(made);
    off_t at = 0;
    for (ssize_t n; (n = pread(from, block, sizeof block, at)) > 0; at += n)
        if (write(to, block, n) != n) give_up(made);
    close(to);
    if (rename(made, kept)) give_up(kept); /* whole or not at all */
}

static int synced(int fd, const char *function) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, function);
    int result = real(fd);
    char link[64], name[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, name, sizeof name - 1);
    if (result == 0 && length > 0) {
        name[length] = 0;
        pthread_mutex_lock(&one_at_a_time); /* a checkpoint's thread syncs, too */
        if (ends_with(name, ".db") || ends_with(name, ".db-wal")) copy(fd, name);
        pthread_mutex_unlock(&one_at_a_time);
    }
    return result;
}

int fdatasync(int fd) { return synced(fd, "fdatasync"); }
int fsync(int fd) { return synced(fd, "fsync"); }
