/* What both reference programs do per file: open, write, fsync, close, rename. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct file {
  const char *path;
  const char *bytes;
  size_t length;
};

static struct file *files;
static size_t file_count;
static char **folders;
static size_t folder_count;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static double now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

/* The list: first "folders N files M\n", then N lines with folders, then M times "LENGTH PATH\n" and LENGTH bytes. */
static void read_list(const char *name) {
  FILE *list = fopen(name, "r");
  if (list == NULL || fscanf(list, "folders %zu files %zu\n", &folder_count, &file_count) != 2) die(name);
  folders = calloc(folder_count, sizeof *folders);
  files = calloc(file_count, sizeof *files);
  char path[4096];
  for (size_t i = 0; i < folder_count; i++) {
    if (fscanf(list, "%4095s\n", path) != 1) die(name);
    folders[i] = strdup(path);
  }
  for (size_t i = 0; i < file_count; i++) {
    size_t length;
    if (fscanf(list, "%zu %4095s", &length, path) != 2 || fgetc(list) != '\n') die(name);
    char *bytes = malloc(length);
    if (fread(bytes, 1, length, list) != length) die(name);
    files[i] = (struct file){strdup(path), bytes, length};
  }
  fclose(list);
}

static void make_folders(void) {
  for (size_t i = 0; i < folder_count; i++)
    if (mkdir(folders[i], 0755) != 0 && errno != EEXIST) die(folders[i]);
}

static void write_file(const struct file *file) {
  char temporary[4200];
  const char *name = strrchr(file->path, '/') + 1;
  snprintf(temporary, sizeof temporary, "%.*s.%s~", (int)(name - file->path), file->path, name);
  int fd = open(temporary, O_CREAT | O_EXCL | O_WRONLY, 0644);
  if (fd < 0) die(temporary);
  if (write(fd, file->bytes, file->length) != (ssize_t)file->length) die("write");
  if (fsync(fd) != 0) die("fsync");
  close(fd);
  if (rename(temporary, file->path) != 0) die("rename");
}

/* A rename survives a power cut only with its folder. */
static void sync_folders(void) {
  for (size_t i = 0; i < folder_count; i++) {
    int fd = open(folders[i], O_RDONLY | O_DIRECTORY);
    if (fd < 0 || fsync(fd) != 0) die(folders[i]);
    close(fd);
  }
}
