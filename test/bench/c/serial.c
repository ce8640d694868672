/* serial LIST: writes the files one after the other and prints the milliseconds. */
#include "write-file.h"

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  read_list(argv[1]);
  double begun = now_ms();
  make_folders();
  for (size_t i = 0; i < file_count; i++) write_file(&files[i]);
  sync_folders();
  printf("%.3f\n", now_ms() - begun);
  return 0;
}
