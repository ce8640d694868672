/*
 * launch SOCKET|- PROGRAM ARGUMENT...: starts a program as systemd would and says how long it took.
 *
 * With a SOCKET it listens there for sd_notify(3), prints "ready MICROSECONDS PID" at READY=1, and ends the program by
 * SIGTERM when its own standard input ends. With "-" it waits for the program's end. Either way it prints at last
 * "ended MICROSECONDS STATUS". Times count from before fork(2).
 */
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what) {
  perror(what);
  exit(1);
}

static double now_us(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static int listen_at(const char *path) {
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof name.sun_path) die("the socket's path is too long");
  strcpy(name.sun_path, path);
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  unlink(path);
  if (fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof name) != 0) die(path);
  setenv("NOTIFY_SOCKET", path, 1);
  return fd;
}

/* Whether one of the datagram's lines is READY=1. */
static int says_ready(int fd) {
  char text[8192] = "\n";
  ssize_t length = recv(fd, text + 1, sizeof text - 3, 0);
  if (length < 0) return 0;
  strcpy(text + 1 + length, "\n");
  return strstr(text, "\nREADY=1\n") != NULL;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  int notified = strcmp(argv[1], "-") == 0 ? -1 : listen_at(argv[1]);
  signal(SIGPIPE, SIG_IGN);
  double begun = now_us();
  pid_t pid = fork();
  if (pid == 0) {
    dup2(STDERR_FILENO, STDOUT_FILENO);
    execv(argv[2], argv + 2);
    die(argv[2]);
  }
  struct pollfd waits[] = {{.fd = notified, .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
  for (int told = 0; notified >= 0;) {
    poll(waits, 2, told ? -1 : 1000);
    if ((waits[0].revents & POLLIN) != 0 && says_ready(notified) && !told++) {
      printf("ready %.0f %d\n", now_us() - begun, pid);
      fflush(stdout);
    }
    char ignored[64];
    if ((waits[1].revents & (POLLIN | POLLHUP)) != 0 && read(STDIN_FILENO, ignored, sizeof ignored) <= 0) {
      kill(pid, SIGTERM);
      break;
    }
    if (!told && waitpid(pid, NULL, WNOHANG) == pid) return 1;
  }
  int status;
  waitpid(pid, &status, 0);
  printf("ended %.0f %d\n", now_us() - begun, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return 0;
}
