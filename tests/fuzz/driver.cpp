// Drives a fuzz target without libFuzzer: replays the seeds, then mutates them. The same seed
// number gives the same inputs in the same order on every machine. A crash, an uncaught exception,
// a sanitizer's report or an input that takes too long leaves that input in a file and ends
// non-zero.
//
//   TARGET --name=N --corpus=FOLDER [--seconds=S | --iterations=N] [--seed=N] [--bytes-max=N]
//   [FILE…]
//
// With FILEs it runs just those, e.g. one that an earlier run left. FUZZ_SECONDS and FUZZ_SEED in
// the environment override the flags, for a long run through ctest.

#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

// GCC's UBSan does not run the callback above; its abort reaches our handler.
extern "C" const char* __ubsan_default_options() {
  return "abort_on_error=1:print_stacktrace=1";
}

namespace {

constexpr int kInputSecondsMax = 10;
constexpr std::uint64_t kIterationsPerClockCheck = 64;

struct Options {
  std::string name = "target";
  std::string corpus;
  double seconds = 2;
  std::uint64_t iterations = 0;  ///< 0: until the seconds are over
  std::uint64_t seed = 1;
  std::size_t bytes_max = 16 * 1024;
  std::vector<std::string> files;
};

// What the signal handlers need: plain memory only.
const char* current_data = nullptr;
std::size_t current_size = 0;
char crash_path[256];

// Writes the current input; calls only what a signal handler may.
void keep_input() {
  const int file = ::open(crash_path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file < 0) return;
  std::size_t at = 0;
  while (at < current_size) {
    const ssize_t count = ::write(file, current_data + at, current_size - at);
    if (count <= 0) break;
    at += static_cast<std::size_t>(count);
  }
  ::close(file);
}

void say(const char* text) {
  if (::write(STDERR_FILENO, text, std::strlen(text)) < 0) return;
}

void report(const char* what) {
  keep_input();
  say("\nfuzz: ");
  say(what);
  say("; the input is in ");
  say(crash_path);
  say("\n");
}

void on_signal(int number) {
  report(number == SIGALRM ? "an input took too long" : "the target crashed");
  ::_exit(number == SIGALRM ? 70 : 77);
}

void on_sanitizer_death() {
  report("a sanitizer ended the target");
}

void install_handlers() {
  for (int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM}) {
    // A sanitizer's own handler says more; its death callback keeps the input then.
    if (__sanitizer_set_death_callback && number != SIGALRM && number != SIGABRT) continue;
    struct sigaction action {};
    action.sa_handler = on_signal;
    ::sigaction(number, &action, nullptr);
  }
  if (__sanitizer_set_death_callback) __sanitizer_set_death_callback(on_sanitizer_death);
}

void run_one(const std::string& input) {
  // A copy of exactly this size, so that a sanitizer sees reads past its end.
  const std::vector<std::uint8_t> exact(input.begin(), input.end());
  current_data = input.data();
  current_size = input.size();
  const itimerval limit{{0, 0}, {kInputSecondsMax, 0}};
  ::setitimer(ITIMER_REAL, &limit, nullptr);
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
  current_size = 0;  // what fails between two inputs is the driver's own fault
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "fuzz: cannot read %s\n", path.c_str());
    std::exit(2);
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> read_seeds(const std::string& folder) {
  std::vector<std::filesystem::path> paths;
  if (std::filesystem::is_directory(folder)) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file()) paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> seeds;
  for (const auto& path : paths) seeds.push_back(read_file(path));
  if (seeds.empty()) seeds.emplace_back();
  return seeds;
}

class Mutator {
 public:
  Mutator(std::uint64_t seed, std::size_t bytes_max) : random_(seed), bytes_max_(bytes_max) {}

  std::string mutate(const std::vector<std::string>& seeds) {
    std::string text = seeds[below(seeds.size())];
    for (std::size_t rounds = 1 + below(6); rounds > 0; --rounds) {
      change(text, seeds[below(seeds.size())]);
    }
    if (text.size() > bytes_max_) text.resize(bytes_max_);
    return text;
  }

 private:
  // The standard's distributions differ between libraries; this does not.
  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : random_() % bound; }
  std::size_t place(const std::string& text) { return below(text.size() + 1); }
  std::size_t length(std::size_t most) { return below(std::min<std::size_t>(most, 64) + 1); }

  void change(std::string& text, const std::string& other) {
    static constexpr char kLetters[] = "\0\xFF\x7F\x80%/\"\\{}[]:=&;, \r\n+-09";
    static constexpr std::string_view kTelling(kLetters, sizeof kLetters - 1);
    const std::size_t at = place(text);
    switch (below(9)) {
      case 0:  // flip a bit
        if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
        break;
      case 1:  // any byte
        if (at < text.size()) text[at] = static_cast<char>(below(256));
        break;
      case 2:  // a byte that means something
        text.insert(at, 1, kTelling[below(kTelling.size())]);
        break;
      case 3:  // remove a piece
        text.erase(at, length(text.size()));
        break;
      case 4: {  // repeat a piece
        const std::string piece = text.substr(at, length(text.size()));
        for (std::size_t count = 1 + below(4); count > 0; --count) text.insert(at, piece);
        break;
      }
      case 5: {  // move a piece
        const std::string piece = text.substr(at, length(text.size()));
        text.erase(at, piece.size());
        text.insert(place(text), piece);
        break;
      }
      case 6:  // a piece of another seed
        text.insert(at, other.substr(place(other), length(other.size())));
        break;
      case 7:  // the rest of another seed
        text = text.substr(0, at) + other.substr(place(other));
        break;
      default:  // cut
        text.resize(at);
    }
    if (text.size() > 2 * bytes_max_) text.resize(bytes_max_);
  }

  std::mt19937_64 random_;
  std::size_t bytes_max_;
};

template <class Number>
void set_number(Number& number, std::string_view text) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) {
    std::fprintf(stderr, "fuzz: '%.*s' is not a number\n", int(text.size()), text.data());
    std::exit(2);
  }
}

Options parse(int count, char** values) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = values[i];
    const std::size_t equals = argument.find('=');
    const std::string_view flag = argument.substr(0, equals);
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view{} : argument.substr(equals + 1);
    if (flag == "--name") {
      options.name = value;
    } else if (flag == "--corpus") {
      options.corpus = value;
    } else if (flag == "--seconds") {
      set_number(options.seconds, value);
    } else if (flag == "--iterations") {
      set_number(options.iterations, value);
    } else if (flag == "--seed") {
      set_number(options.seed, value);
    } else if (flag == "--bytes-max") {
      set_number(options.bytes_max, value);
    } else if (argument.starts_with("--")) {
      std::fprintf(stderr, "fuzz: unknown flag %s\n", values[i]);
      std::exit(2);
    } else {
      options.files.emplace_back(argument);
    }
  }
  if (const char* text = std::getenv("FUZZ_SECONDS")) set_number(options.seconds, text);
  if (const char* text = std::getenv("FUZZ_SEED")) set_number(options.seed, text);
  return options;
}

}  // namespace

int main(int count, char** values) {
  const Options options = parse(count, values);
  std::snprintf(crash_path, sizeof crash_path, "crash-%s-%ju", options.name.c_str(),
                static_cast<std::uintmax_t>(options.seed));
  install_handlers();
  if (!options.files.empty()) {
    for (const std::string& file : options.files) run_one(read_file(file));
    std::printf("%s: %zu files ran\n", options.name.c_str(), options.files.size());
    return 0;
  }

  const auto start = std::chrono::steady_clock::now();
  const auto elapsed = [start] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  const std::vector<std::string> seeds = read_seeds(options.corpus);
  for (const std::string& seed : seeds) run_one(seed);
  Mutator mutator(options.seed, options.bytes_max);
  std::uint64_t done = 0;
  const auto finished = [&] {
    if (options.iterations > 0) return done >= options.iterations;
    return done % kIterationsPerClockCheck == 0 && elapsed() >= options.seconds;
  };
  while (!finished()) {
    run_one(mutator.mutate(seeds));
    ++done;
  }
  const double seconds = elapsed();
  std::printf("%s: %zu seeds, %ju mutations in %.1f s, %.0f iterations/s\n", options.name.c_str(),
              seeds.size(), static_cast<std::uintmax_t>(done), seconds, double(done) / seconds);
  return 0;
}
