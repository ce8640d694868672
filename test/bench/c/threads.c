/* threads LIST: writes the files with 16 threads and prints the milliseconds, starting the threads included. */
#include "write-file.h"
#include <pthread.h>
#include <stdatomic.h>

#define THREADS 16

static atomic_size_t next_file;

static void *work(void *unused) {
  for (size_t i; (i = atomic_fetch_add(&next_file, 1)) < file_count;) write_file(&files[i]);
  return unused;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  read_list(argv[1]);
  pthread_t threads[THREADS];
  double begun = now_ms();
  make_folders();
  for (int i = 0; i < THREADS; i++)
    if (pthread_create(&threads[i], NULL, work, NULL) != 0) die("pthread_create");
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  sync_folders();
  printf("%.3f\n", now_ms() - begun);
  return 0;
}
