// An extension of GNU make: $(instead-of-make COMMAND) runs a shell command in the place of make.
//
// A make that receives Ctrl-C or SIGTERM while its child runs reports an error and a status that
// is not 0, however well the child ended. A server that is started by `make serve` should end as
// if it had been started by itself, and so it takes over make's process.
#include <gnumake.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int plugin_is_GPL_compatible;  // GNU make asks for this symbol

static char* run(const char* name, unsigned count, char** arguments) {
  (void)name;
  (void)count;
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  fflush(stdout);
  execl("/bin/sh", "sh", "-c", arguments[0], (char*)NULL);
  perror("/bin/sh");
  _exit(127);
}

int instead_of_make_gmk_setup(void) {
  gmk_add_function("instead-of-make", run, 1, 1, GMK_FUNC_DEFAULT);
  return 1;
}
