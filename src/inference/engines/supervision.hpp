// The life of a supervised process as a state machine: no process, no clock, no I/O.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace bedplate::inference {

enum class ProcessState {
  kStopped,     ///< not wanted
  kStarting,    ///< launched, does not answer yet
  kReady,       ///< answers
  kBackingOff,  ///< died while it was ready; starts again by itself
  kFailed,      ///< could not be started; the next request may try again
  kStopping,    ///< told to end
};
std::string_view name_of(ProcessState state);

struct SupervisionLimits {
  std::chrono::milliseconds start_timeout{600'000};  ///< launch to ready: large weights load long
  std::chrono::milliseconds stable_after{60'000};    ///< ready that long, its crashes are forgotten
  std::chrono::milliseconds backoff_first{250};      ///< after a crash; doubles with each in a row
  std::chrono::milliseconds backoff_max{30'000};
  std::chrono::milliseconds retry_after_failure{3'000};  ///< between two failing starts
  std::chrono::milliseconds terminate_wait{3'000};       ///< first SIGTERM to the second
  std::chrono::milliseconds kill_wait{2'000};            ///< second SIGTERM to SIGKILL
};

/// What the owner of the process has to do now.
enum class ProcessOrder { kNone, kLaunch, kTerminate, kKill };

/// Is told what happened and when, and answers with what to do. Times come from the caller and
/// never go back. The owner reports each launch's outcome: ready(), or exited() exactly once,
/// also when the launch itself failed.
class Supervision {
 public:
  using Time = SteadyClock::time_point;

  explicit Supervision(SupervisionLimits limits) : limits_(limits) {}

  /// Somebody needs the process.
  ProcessOrder wanted(Time now);
  /// It answers.
  void ready(Time now);
  /// It has ended, or could not be launched; `why` is for people.
  ProcessOrder exited(Time now, std::string why);
  /// It is ready but does not react any more.
  ProcessOrder hung(std::string why);
  /// Nobody needs it any more.
  ProcessOrder stop(Time now);
  /// To be called when next_tick() is reached; earlier calls do no harm.
  ProcessOrder tick(Time now);

  std::optional<Time> next_tick() const { return tick_at_; }
  ProcessState state() const { return state_; }
  /// True while it is being killed for not reacting: kReady in name only.
  bool dying() const { return killed_ && running(); }
  /// Why it is backing off or failed; else what last went wrong, or nothing.
  const std::string& trouble() const { return trouble_; }
  /// True while a process may exist.
  bool running() const;
  int crashes_in_row() const { return crashes_; }
  /// How often it died while it was ready.
  std::int64_t crashes() const { return crashes_ever_; }

 private:
  ProcessOrder launch(Time now);
  ProcessOrder crashed(Time now);

  SupervisionLimits limits_;
  ProcessState state_ = ProcessState::kStopped;
  std::optional<Time> tick_at_;
  Time ready_since_;
  Time retry_at_;
  int crashes_ = 0;
  std::int64_t crashes_ever_ = 0;
  bool told_twice_ = false;         ///< kStopping: the second SIGTERM was sent
  bool wanted_after_stop_ = false;  ///< kStopping: start again when it has ended
  bool killed_ = false;             ///< trouble_ says why it was killed
  std::string trouble_;
};

}  // namespace bedplate::inference
