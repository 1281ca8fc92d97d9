#include "documents/sandbox.hpp"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <initializer_list>
#include <memory>

#include "base/descriptor.hpp"
#include "documents/document_error.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BEDPLATE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BEDPLATE_SANITIZED 1
#endif
#endif

namespace bedplate::documents {
namespace {

constexpr rlim_t kOpenFilesMax = 64;

[[noreturn]] void fail(const std::string& what, int error) {
  throw DocumentError(DocumentFault::kReaderFailed,
                      fmt::format("{}: {}", what, ::strerrordesc_np(error)));
}

void set_limit(__rlimit_resource resource, rlim_t value, const char* name) {
  const rlimit limit{value, value};
  if (::setrlimit(resource, &limit) != 0) fail(fmt::format("cannot limit {}", name), errno);
}

class Filter {
 public:
  Filter() : context_(seccomp_init(SCMP_ACT_ERRNO(ENOSYS)), &seccomp_release) {
    if (!context_) fail("cannot make a system call filter", ENOMEM);
  }

  void allow(std::initializer_list<int> calls) {
    for (const int call : calls) add(call, {});
  }
  void allow(int call, std::initializer_list<scmp_arg_cmp> conditions) { add(call, conditions); }

  void load() {
    const int result = seccomp_load(context_.get());
    if (result != 0) fail("the kernel takes no system call filter", -result);
  }

 private:
  void add(int call, std::initializer_list<scmp_arg_cmp> conditions) {
    if (call == __NR_SCMP_ERROR) return;
    const int result =
        seccomp_rule_add_array(context_.get(), SCMP_ACT_ALLOW, call,
                               static_cast<unsigned>(conditions.size()), std::data(conditions));
    // -EDOM: this architecture has no such call.
    if (result != 0 && result != -EDOM) fail("cannot make a system call filter", -result);
  }

  std::unique_ptr<void, decltype(&seccomp_release)> context_;
};

scmp_arg_cmp equals(unsigned index, scmp_datum_t value) {
  return {index, SCMP_CMP_EQ, value, 0};
}
/// None of the bits.
scmp_arg_cmp lacks(unsigned index, scmp_datum_t bits) {
  return {index, SCMP_CMP_MASKED_EQ, bits, 0};
}

void allow_memory_and_descriptors(Filter& filter) {
  filter.allow({SCMP_SYS(read),           SCMP_SYS(readv),         SCMP_SYS(pread64),
                SCMP_SYS(write),          SCMP_SYS(writev),        SCMP_SYS(lseek),
                SCMP_SYS(_llseek),        SCMP_SYS(close),         SCMP_SYS(fstat),
                SCMP_SYS(fstat64),        SCMP_SYS(munmap),        SCMP_SYS(mmap),
                SCMP_SYS(mmap2),          SCMP_SYS(mprotect),      SCMP_SYS(mremap),
                SCMP_SYS(madvise),        SCMP_SYS(brk),           SCMP_SYS(rt_sigaction),
                SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),  SCMP_SYS(sigaltstack),
                SCMP_SYS(futex),          SCMP_SYS(clock_gettime), SCMP_SYS(clock_gettime64),
                SCMP_SYS(gettimeofday),   SCMP_SYS(time),          SCMP_SYS(getrandom),
                SCMP_SYS(sched_yield),    SCMP_SYS(getpid),        SCMP_SYS(gettid),
                SCMP_SYS(getppid),        SCMP_SYS(sysinfo),       SCMP_SYS(uname),
                SCMP_SYS(exit),           SCMP_SYS(exit_group),    SCMP_SYS(restart_syscall),
                SCMP_SYS(poll),           SCMP_SYS(ppoll),         SCMP_SYS(sched_getaffinity)});
  // fstat() of newer C libraries: a descriptor and no path.
  filter.allow(SCMP_SYS(newfstatat), {{3, SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH}});
}

void allow_reading_files(Filter& filter) {
  constexpr scmp_datum_t kWriting = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;
  filter.allow(SCMP_SYS(open), {lacks(1, kWriting)});
  filter.allow(SCMP_SYS(openat), {lacks(2, kWriting)});
  filter.allow(SCMP_SYS(prlimit64), {equals(2, 0)});  // asks, sets nothing
}

void allow_programs(Filter& filter) {
  constexpr scmp_datum_t kNamespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                                       CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
  filter.allow(SCMP_SYS(clone), {lacks(0, kNamespaces)});
  filter.allow(SCMP_SYS(prctl), {equals(0, PR_SET_PDEATHSIG)});
  filter.allow({SCMP_SYS(fork),        SCMP_SYS(vfork),      SCMP_SYS(execve),
                SCMP_SYS(wait4),       SCMP_SYS(pipe),       SCMP_SYS(pipe2),
                SCMP_SYS(dup),         SCMP_SYS(dup2),       SCMP_SYS(dup3),
                SCMP_SYS(fcntl),       SCMP_SYS(fcntl64),    SCMP_SYS(stat),
                SCMP_SYS(stat64),      SCMP_SYS(lstat),      SCMP_SYS(lstat64),
                SCMP_SYS(newfstatat),  SCMP_SYS(statx),      SCMP_SYS(statfs),
                SCMP_SYS(fstatfs),     SCMP_SYS(access),     SCMP_SYS(faccessat),
                SCMP_SYS(readlink),    SCMP_SYS(readlinkat), SCMP_SYS(getdents64),
                SCMP_SYS(getdents),    SCMP_SYS(getrlimit),  SCMP_SYS(getuid),
                SCMP_SYS(geteuid),     SCMP_SYS(getgid),     SCMP_SYS(getegid),
                SCMP_SYS(getcwd),      SCMP_SYS(arch_prctl), SCMP_SYS(set_tid_address),
                SCMP_SYS(fadvise64),   SCMP_SYS(rseq),       SCMP_SYS(set_robust_list),
                SCMP_SYS(getpgrp),     SCMP_SYS(getrusage),  SCMP_SYS(set_tls),
                SCMP_SYS(nanosleep),   SCMP_SYS(ugetrlimit), SCMP_SYS(clock_nanosleep),
                SCMP_SYS(clock_getres)});
}

/// Grants reading and executing below `folder`, when there is one.
void grant(int ruleset, const char* folder) {
  const Descriptor parent(::open(folder, O_PATH | O_CLOEXEC));
  if (!parent) return;
  landlock_path_beneath_attr rule = {};
  rule.parent_fd = parent.get();
  rule.allowed_access =
      LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
  ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

/// Without effect on kernels before 5.13 and those that have it switched off: the filter already
/// forbids writing, and what could be read can leave only as text of the caller's own document.
void hide_files() {
  landlock_ruleset_attr attributes = {};
  attributes.handled_access_fs =
      LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
      LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
      LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
      LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
      LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
  const Descriptor ruleset(static_cast<int>(
      ::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes.handled_access_fs, 0)));
  if (!ruleset) return;
  for (const char* folder : {"/usr", "/lib", "/lib64", "/bin", "/etc/fonts", "/etc/ld.so.cache",
                             "/etc/ld.so.preload", "/var/cache/fontconfig", "/nix/store"}) {
    grant(ruleset.get(), folder);
  }
  ::syscall(SYS_landlock_restrict_self, ruleset.get(), 0);
}

}  // namespace

void limit_resources(std::size_t memory_max_bytes, std::chrono::seconds processor_time) {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail("cannot give up privileges", errno);
#ifdef BEDPLATE_SANITIZED
  (void)memory_max_bytes;
#else
  set_limit(RLIMIT_AS, memory_max_bytes, "memory");
#endif
  set_limit(RLIMIT_CPU, static_cast<rlim_t>(processor_time.count()), "processor time");
  set_limit(RLIMIT_NOFILE, kOpenFilesMax, "open files");
  set_limit(RLIMIT_FSIZE, 0, "the size of files");
  set_limit(RLIMIT_CORE, 0, "core dumps");
}

void enter_sandbox(SandboxKind kind) {
  Filter filter;
  allow_memory_and_descriptors(filter);
#ifdef BEDPLATE_SANITIZED
  // They look up where the stack is when something is thrown, and try memory through a pipe.
  allow_reading_files(filter);
  filter.allow({SCMP_SYS(pipe), SCMP_SYS(pipe2), SCMP_SYS(readlink), SCMP_SYS(readlinkat)});
#endif
  if (kind == SandboxKind::kPrograms) {
    allow_reading_files(filter);
    allow_programs(filter);
    hide_files();
  }
  filter.load();
}

}  // namespace bedplate::documents
