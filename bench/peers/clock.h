/* How every parser here is timed: CPU time of the thread, so that a busy machine matters little. */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
    double d = *(const double *)a - *(const double *)b;
    return d < 0 ? -1 : d > 0;
}

/* 21 rounds of `loops`; prints the median and the best round in nanoseconds per operation. */
static void measure(const char *library, const char *work, void (*operation)(void), int loops)
{
    enum { rounds = 21 };
    double each[rounds];
    for (int i = 0; i < loops; i++) operation();
    for (int r = 0; r < rounds; r++) {
        double start = cpu_ns();
        for (int i = 0; i < loops; i++) operation();
        each[r] = (cpu_ns() - start) / loops;
    }
    qsort(each, rounds, sizeof each[0], by_size);
    printf("%s\t%s\t%.0f\t%.0f\n", library, work, each[rounds / 2], each[0]);
}

static char *read_all(const char *path, size_t *length)
{
    FILE *f = fopen(path, "rb");
    if (!f) { perror(path); exit(1); }
    char *text = malloc(65536);
    *length = fread(text, 1, 65535, f);
    text[*length] = 0;
    fclose(f);
    return text;
}
