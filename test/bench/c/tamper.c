/*
 * tamper GAP_MS < PATHS: overwrites one file after the other, a new one every GAP_MS on average, and prints for each
 * how many microseconds it took from the first byte of the tamper until the old content was back under its name.
 * Files come back by rename(2), which is seen by inotify. Gaps do not wait for repairs: a slow one is seen as slow.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#define LONGEST_MS 30000.0
#define LARGEST 65536

struct file {
  char *path, *name;
  int folder;
  char *bytes;
  ssize_t length;
  double tampered_at; /* 0: not (any more) */
};

static void die(const char *what) {
  perror(what);
  exit(1);
}

static double now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static ssize_t slurp(const char *path, char *into) {
  int fd = open(path, O_RDONLY);
  if (fd < 0) return -1;
  ssize_t length = read(fd, into, LARGEST);
  close(fd);
  return length;
}

static void tamper(struct file *file) {
  static int tampers;
  char garbage[64];
  /* Another content each time: what a tool wrote once it may have kept. */
  int length = snprintf(garbage, sizeof garbage, "edited by hand %d\n", ++tampers);
  file->tampered_at = now_ms();
  int fd = open(file->path, O_WRONLY | O_TRUNC);
  if (fd < 0 || write(fd, garbage, length) < 0) die(file->path);
  close(fd);
}

static int is_back(const struct file *file) {
  static char bytes[LARGEST];
  return slurp(file->path, bytes) == file->length && memcmp(bytes, file->bytes, file->length) == 0;
}

static size_t take_events(int watch, struct file *files, size_t count) {
  static char buffer[65536] __attribute__((aligned(8)));
  size_t back = 0;
  ssize_t length = read(watch, buffer, sizeof buffer);
  double now = now_ms();
  for (char *at = buffer; at < buffer + length;) {
    struct inotify_event *event = (struct inotify_event *)at;
    at += sizeof *event + event->len;
    for (size_t i = 0; i < count; i++) {
      struct file *file = &files[i];
      if (file->tampered_at == 0 || file->folder != event->wd || strcmp(file->name, event->name) != 0) continue;
      if (!is_back(file)) continue;
      printf("%.1f\n", (now - file->tampered_at) * 1e3);
      file->tampered_at = 0;
      back++;
    }
  }
  return back;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  double gap = atof(argv[1]);
  struct file *files = calloc(100000, sizeof *files);
  size_t count = 0;
  int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  char line[PATH_MAX];
  char *bytes = malloc(LARGEST);
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = 0;
    struct file *file = &files[count++];
    file->path = strdup(line);
    file->name = strrchr(file->path, '/') + 1;
    if ((file->length = slurp(file->path, bytes)) < 0) die(line);
    file->bytes = memcpy(malloc(file->length + 1), bytes, file->length);
    *strrchr(line, '/') = 0;
    if ((file->folder = inotify_add_watch(watch, line, IN_MOVED_TO)) < 0) die(line);
  }
  size_t begun = 0, back = 0;
  srand(1);
  double next = now_ms() + gap, last = next;
  while (back < count) {
    double now = now_ms();
    if (begun < count && now >= next) {
      tamper(&files[begun++]);
      /* Uneven, or it would fall into step with somebody's timer. */
      next = last = now + gap * (0.5 + (double)rand() / RAND_MAX);
      continue;
    }
    if (begun == count && now > last + LONGEST_MS) {
      fprintf(stderr, "%zu files were not repaired within %.0f s\n", count - back, LONGEST_MS / 1e3);
      return 1;
    }
    struct pollfd waits = {.fd = watch, .events = POLLIN};
    double left = begun < count ? next - now : 1000;
    struct timespec pause = {.tv_sec = (time_t)(left / 1e3), .tv_nsec = (long)(((long)(left * 1e6)) % 1000000000L)};
    if (ppoll(&waits, 1, &pause, NULL) > 0) back += take_events(watch, files, count);
  }
  return 0;
}
