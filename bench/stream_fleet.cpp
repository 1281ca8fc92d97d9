#include "stream_fleet.hpp"

#include <cstdio>
#include <random>

#include "exchange.hpp"
#include "protocol/event_frame.hpp"
#include "reply_text.hpp"
#include "samples.hpp"

namespace bedplate::bench {
namespace {

constexpr std::string_view kStampMark = "\" @";  ///< see fake_engine.cpp

/// What came of one stream.
class StreamReader {
 public:
  explicit StreamReader(bool event_stream) : event_stream_(event_stream) {}

  /// Hands the stamp of each token to `on_token`.
  template <class OnToken>
  void feed(std::string_view piece, OnToken&& on_token) {
    if (event_stream_) {
      frames_.feed(piece);
      while (const auto frame = frames_.next()) take_frame(*frame, on_token);
    } else {
      lines_ += piece;
      for (std::size_t end; (end = lines_.find('\n')) != std::string::npos;) {
        take_line(std::string_view(lines_).substr(0, end), on_token);
        lines_.erase(0, end + 1);
      }
    }
  }
  int tokens() const { return tokens_; }
  bool ended() const { return ended_; }

 private:
  template <class OnToken>
  void take_frame(const protocol::Frame& frame, OnToken&& on_token) {
    const std::string_view type = frame.text(":event-type");
    if (type == "contentBlockDelta") take_token(frame.payload, on_token);
    if (type == "metadata") ended_ = true;
  }
  template <class OnToken>
  void take_line(std::string_view line, OnToken&& on_token) {
    if (line == "data: [DONE]") ended_ = true;
    take_token(line, on_token);
  }
  template <class OnToken>
  void take_token(std::string_view text, OnToken&& on_token) {
    const auto stamp = number_after_last(text, kStampMark);
    if (!stamp) return;
    ++tokens_;
    on_token(*stamp);
  }

  bool event_stream_;
  protocol::FrameDecoder frames_;
  std::string lines_;
  int tokens_ = 0;
  bool ended_ = false;
};

struct Stream {
  Stream(Poller& poller, const StreamFleetOptions& options, const wire::Endpoint& endpoint)
      : exchange(poller, endpoint, this), reader(options.event_stream) {}
  Exchange exchange;
  StreamReader reader;
  bool open = true;
};

class StreamFleet {
 public:
  StreamFleet(const RequestPlan& plan, const StreamFleetOptions& options)
      : plan_(plan),
        options_(options),
        request_(request_bytes(plan)),
        delays_(options.streams * static_cast<std::size_t>(options.tokens)),
        full_delays_(options.streams * static_cast<std::size_t>(options.tokens)) {}

  boost::json::object run();

 private:
  void plan_openings(std::int64_t start_ns);
  void open_due();
  void take(Stream& stream, std::uint32_t events);
  void take_stamp(std::int64_t stamp_ns);
  void end(Stream& stream, bool whole);
  bool all_open() const { return open_ == options_.streams; }

  RequestPlan plan_;
  StreamFleetOptions options_;
  std::string request_;
  Poller poller_;
  std::vector<std::int64_t> openings_ns_;  ///< in order
  std::vector<std::unique_ptr<Stream>> streams_;
  std::size_t open_ = 0, complete_ = 0, dropped_ = 0;
  int last_refusal_ = 0;  ///< a status that was not 200
  Samples delays_, full_delays_;
};

// Independent clients: evenly spaced openings could all fall on a few points of the token's period.
void StreamFleet::plan_openings(std::int64_t start_ns) {
  std::mt19937_64 random(1);  // NOLINT: the same times in every run
  const std::int64_t ramp_ns = std::chrono::nanoseconds(options_.ramp).count();
  std::uniform_int_distribution<std::int64_t> within(0, ramp_ns);
  for (std::size_t i = 0; i < options_.streams; ++i)
    openings_ns_.push_back(start_ns + within(random));
  std::sort(openings_ns_.begin(), openings_ns_.end());
}

void StreamFleet::open_due() {
  while (streams_.size() < options_.streams && openings_ns_[streams_.size()] <= now_ns()) {
    streams_.push_back(std::make_unique<Stream>(poller_, options_, plan_.endpoint));
    streams_.back()->exchange.begin(request_);
    ++open_;
    if (all_open()) std::fputs("all open\n", stderr);
  }
}

void StreamFleet::take_stamp(std::int64_t stamp_ns) {
  const std::int64_t delay_ns = now_ns() - stamp_ns;
  delays_.add(delay_ns);
  if (all_open()) full_delays_.add(delay_ns);
}

void StreamFleet::end(Stream& stream, bool whole) {
  if (all_open()) std::fputs("first end\n", stderr);
  const bool complete = whole && stream.exchange.status() == 200 && stream.reader.ended() &&
                        stream.reader.tokens() == options_.tokens;
  if (whole && stream.exchange.status() != 200) last_refusal_ = stream.exchange.status();
  ++(complete ? complete_ : dropped_);
  --open_;
  stream.open = false;
  stream.exchange.close();
}

void StreamFleet::take(Stream& stream, std::uint32_t events) {
  if (!stream.open) return;
  bool understood = true;
  const Exchange::Progress progress = stream.exchange.on_event(events, [&](std::string_view piece) {
    try {
      stream.reader.feed(piece, [this](std::int64_t stamp_ns) { take_stamp(stamp_ns); });
    } catch (const protocol::FrameError&) {
      understood = false;
    }
  });
  if (progress == Exchange::Progress::kWaiting && understood) return;
  end(stream, progress == Exchange::Progress::kDone && understood);
}

boost::json::object StreamFleet::run() {
  const std::int64_t start_ns = now_ns();
  const std::int64_t stop_ns = start_ns + std::chrono::nanoseconds(options_.time_max).count();
  plan_openings(start_ns);
  while (complete_ + dropped_ < options_.streams && now_ns() < stop_ns) {
    open_due();
    const bool opening = streams_.size() < options_.streams;
    for (const epoll_event& event :
         poller_.wait(opening ? openings_ns_[streams_.size()] : stop_ns)) {
      take(*static_cast<Stream*>(event.data.ptr), event.events);
    }
  }
  return {{"streams", options_.streams},
          {"complete", complete_},
          {"dropped", options_.streams - complete_},
          {"last_refusal", last_refusal_},
          {"delay", full_delays_.to_json()},
          {"delay_with_opening_and_end", delays_.to_json()}};
}

}  // namespace

boost::json::object run_stream_fleet(const RequestPlan& plan, const StreamFleetOptions& options) {
  return StreamFleet(plan, options).run();
}

}  // namespace bedplate::bench
