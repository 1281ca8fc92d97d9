#include "inference/engines/supervision.hpp"

#include <algorithm>

namespace bedplate::inference {

std::string_view name_of(ProcessState state) {
  switch (state) {
    case ProcessState::kStopped:
      return "stopped";
    case ProcessState::kStarting:
      return "starting";
    case ProcessState::kReady:
      return "ready";
    case ProcessState::kBackingOff:
      return "backing off";
    case ProcessState::kFailed:
      return "failed";
    case ProcessState::kStopping:
      return "stopping";
  }
  return "";
}

bool Supervision::running() const {
  return state_ == ProcessState::kStarting || state_ == ProcessState::kReady ||
         state_ == ProcessState::kStopping;
}

ProcessOrder Supervision::launch(Time now) {
  state_ = ProcessState::kStarting;
  tick_at_ = now + limits_.start_timeout;
  killed_ = false;
  return ProcessOrder::kLaunch;
}

ProcessOrder Supervision::wanted(Time now) {
  switch (state_) {
    case ProcessState::kStopped:
      return launch(now);
    case ProcessState::kFailed:
      return now >= retry_at_ ? launch(now) : ProcessOrder::kNone;
    case ProcessState::kStopping:
      wanted_after_stop_ = true;
      return ProcessOrder::kNone;
    case ProcessState::kStarting:
    case ProcessState::kReady:
    case ProcessState::kBackingOff:
      return ProcessOrder::kNone;
  }
  return ProcessOrder::kNone;
}

void Supervision::ready(Time now) {
  if (state_ != ProcessState::kStarting || killed_) return;
  state_ = ProcessState::kReady;
  ready_since_ = now;
  tick_at_.reset();
}

ProcessOrder Supervision::crashed(Time now) {
  ++crashes_ever_;
  if (now - ready_since_ >= limits_.stable_after) crashes_ = 0;
  // Beyond 2^20 times the first pause no sensible maximum is left.
  const int doublings = std::min(crashes_++, 20);
  const auto pause = std::min(limits_.backoff_first * (1 << doublings), limits_.backoff_max);
  state_ = ProcessState::kBackingOff;
  tick_at_ = now + pause;
  return ProcessOrder::kNone;
}

ProcessOrder Supervision::exited(Time now, std::string why) {
  if (!killed_) trouble_ = std::move(why);
  switch (state_) {
    case ProcessState::kStarting:
      state_ = ProcessState::kFailed;
      retry_at_ = now + limits_.retry_after_failure;
      tick_at_.reset();
      return ProcessOrder::kNone;
    case ProcessState::kReady:
      return crashed(now);
    case ProcessState::kStopping:
      state_ = ProcessState::kStopped;
      tick_at_.reset();
      trouble_.clear();
      return std::exchange(wanted_after_stop_, false) ? launch(now) : ProcessOrder::kNone;
    case ProcessState::kStopped:
    case ProcessState::kBackingOff:
    case ProcessState::kFailed:
      return ProcessOrder::kNone;
  }
  return ProcessOrder::kNone;
}

ProcessOrder Supervision::hung(std::string why) {
  if (state_ != ProcessState::kReady || killed_) return ProcessOrder::kNone;
  killed_ = true;
  trouble_ = std::move(why);
  return ProcessOrder::kKill;
}

ProcessOrder Supervision::stop(Time now) {
  wanted_after_stop_ = false;
  switch (state_) {
    case ProcessState::kStarting:
    case ProcessState::kReady:
      state_ = ProcessState::kStopping;
      told_twice_ = false;
      tick_at_ = now + limits_.terminate_wait;
      return ProcessOrder::kTerminate;
    case ProcessState::kBackingOff:
    case ProcessState::kFailed:
      state_ = ProcessState::kStopped;
      tick_at_.reset();
      return ProcessOrder::kNone;
    case ProcessState::kStopped:
    case ProcessState::kStopping:
      return ProcessOrder::kNone;
  }
  return ProcessOrder::kNone;
}

ProcessOrder Supervision::tick(Time now) {
  if (!tick_at_ || now < *tick_at_) return ProcessOrder::kNone;
  tick_at_.reset();
  switch (state_) {
    case ProcessState::kStarting:
      killed_ = true;
      trouble_ = "it did not become ready in time";
      return ProcessOrder::kKill;
    case ProcessState::kBackingOff:
      return launch(now);
    case ProcessState::kStopping:
      // llama-server ends at once when told a second time.
      if (std::exchange(told_twice_, true)) return ProcessOrder::kKill;
      tick_at_ = now + limits_.kill_wait;
      return ProcessOrder::kTerminate;
    case ProcessState::kStopped:
    case ProcessState::kReady:
    case ProcessState::kFailed:
      return ProcessOrder::kNone;
  }
  return ProcessOrder::kNone;
}

}  // namespace bedplate::inference
