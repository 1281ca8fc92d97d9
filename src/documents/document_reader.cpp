#include "documents/document_reader.hpp"

#include <charconv>
#include <thread>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "documents/program.hpp"
#include "documents/reading_process.hpp"
#include "documents/reading_task.hpp"

namespace bedplate::documents {
namespace {

[[noreturn]] void refuse_answer() {
  throw DocumentError(DocumentFault::kUnreadable, "the reading child's answer is damaged");
}

std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  if (end == std::string_view::npos) refuse_answer();
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end + 1);
  return taken;
}

int parse_pixels(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number <= 0) refuse_answer();
  return number;
}

ImageFormat parse_format(std::string_view text) {
  const auto format = image_format(text);
  if (!format) refuse_answer();
  return *format;
}

/// The facts at the start of a kImage frame; they are taken off.
ImageFacts take_facts(std::string_view& payload) {
  std::string_view line = take_until(payload, '\n');
  ImageFacts facts{};
  facts.format = parse_format(take_until(line, ' '));
  facts.width_px = parse_pixels(take_until(line, ' '));
  facts.height_px = parse_pixels(line);
  return facts;
}

std::vector<std::string> pages_of(std::vector<Frame> frames) {
  std::vector<std::string> pages;
  for (Frame& frame : frames) {
    if (frame.kind != FrameKind::kPage) refuse_answer();
    pages.push_back(std::move(frame.payload));
  }
  return pages;
}

std::string image_payload(std::vector<Frame> frames) {
  if (frames.size() != 1 || frames[0].kind != FrameKind::kImage) refuse_answer();
  return std::move(frames[0].payload);
}

EngineImage engine_image_in(const std::string& payload) {
  std::string_view rest = payload;
  EngineImage image{};
  image.original = take_facts(rest);
  image.format = parse_format(take_until(rest, '\n'));
  image.bytes = std::string(rest);
  return image;
}

/// Raises the signal when the awaiting coroutine ends, also when it is cancelled.
class StopAtEnd {
 public:
  explicit StopAtEnd(std::shared_ptr<StopSignal> signal) : signal_(std::move(signal)) {}
  ~StopAtEnd() { signal_->raise(); }
  StopAtEnd(const StopAtEnd&) = delete;
  StopAtEnd& operator=(const StopAtEnd&) = delete;

 private:
  std::shared_ptr<StopSignal> signal_;
};

std::size_t at_once(const DocumentReaderOptions& options) {
  if (options.at_once > 0) return options.at_once;
  return std::max(2U, std::thread::hardware_concurrency() / 2);
}

ReadingTask task_of(const DocumentReaderOptions& options, ReadingKind kind) {
  ReadingTask task;
  task.kind = kind;
  task.search_path = options.search_path;
  task.image_side_max_px = kImageSideMaxPx;
  task.deadline_ms = (options.deadline + options.more_time_max).count();
  task.page_time_ms = options.page_text_time.count();
  task.megapixel_time_ms = options.megapixel_time.count();
  task.memory_max_bytes = options.memory_max_bytes;
  task.text_max_bytes = options.text_max_bytes;
  task.unpacked_max_bytes = options.unpacked_max_bytes;
  task.images_max_bytes = options.images_max_bytes;
  return task;
}

}  // namespace

struct DocumentReader::State {
  explicit State(DocumentReaderOptions given)
      : options(std::move(given)), pool("documents", at_once(options), options.waiting_max) {}

  DocumentReaderOptions options;
  ForkLauncher launcher;
  BlockingPool pool;
};

namespace {

/// Runs on a pool's thread.
std::vector<Frame> run_blocking(const DocumentReaderOptions& options, ProcessLauncher& launcher,
                                const ReadingTask& task, const std::string& bytes,
                                DocumentSubject subject, const StopSignal& stop) {
  try {
    if (stop.raised()) {
      throw DocumentError(DocumentFault::kReaderFailed, "nobody waits for it any more");
    }
    return run_reading_child_blocking(options, launcher, task, bytes, stop);
  } catch (DocumentError& error) {
    error.subject = subject;
    if (error.fault == DocumentFault::kReaderFailed && !stop.raised()) {
      log::error("a document could not be read: {}", error.what());
    } else {
      log::debug("a document was refused ({}): {}", name_of(error.fault), error.what());
    }
    throw;
  }
}

Task<std::vector<Frame>> run(BlockingPool& pool, const DocumentReaderOptions& options,
                             ProcessLauncher& launcher, ReadingTask task, std::string bytes,
                             DocumentSubject subject) {
  auto stop = std::make_shared<StopSignal>();
  const StopAtEnd stop_at_end(stop);
  auto work = [&options, &launcher, task = std::move(task), bytes = std::move(bytes), subject,
               stop] { return run_blocking(options, launcher, task, bytes, subject, *stop); };
  co_return co_await on(pool, std::move(work));
}

}  // namespace

DocumentReader::DocumentReader(DocumentReaderOptions options)
    : state_(std::make_shared<State>(std::move(options))) {}

DocumentReader::~DocumentReader() = default;

Task<DocumentText> DocumentReader::read(DocumentFormat format, std::string bytes,
                                        ReadLimits limits) {
  const std::shared_ptr<State> state = state_;
  ReadingTask task = task_of(state->options, ReadingKind::kText);
  task.format = format;
  task.pages_max = limits.pages_max;
  const bool is_pdf = format == DocumentFormat::kPdf;
  auto frames =
      co_await run(state->pool, state->options, state->launcher, std::move(task), std::move(bytes),
                   is_pdf ? DocumentSubject::kPdf : DocumentSubject::kOtherDocument);
  DocumentText text;
  text.pages = pages_of(std::move(frames));
  for (const std::string& page : text.pages) {
    if (!is_valid_utf8(page)) refuse_answer();
  }
  if (!is_pdf && text.pages.size() != 1) refuse_answer();
  co_return text;
}

Task<std::vector<std::string>> DocumentReader::render_pages(std::string pdf, RenderLimits limits) {
  const std::shared_ptr<State> state = state_;
  ReadingTask task = task_of(state->options, ReadingKind::kPageImages);
  task.pages_max = limits.pages_max;
  task.long_edge_px = limits.long_edge_px;
  task.page_time_ms = state->options.page_image_time.count();
  auto frames = co_await run(state->pool, state->options, state->launcher, std::move(task),
                             std::move(pdf), DocumentSubject::kPdf);
  co_return pages_of(std::move(frames));
}

Task<ImageFacts> DocumentReader::inspect_image(std::string bytes) {
  const std::shared_ptr<State> state = state_;
  ReadingTask task = task_of(state->options, ReadingKind::kImageFacts);
  auto frames = co_await run(state->pool, state->options, state->launcher, std::move(task),
                             std::move(bytes), DocumentSubject::kImage);
  const std::string payload = image_payload(std::move(frames));
  std::string_view rest = payload;
  co_return take_facts(rest);
}

Task<EngineImage> DocumentReader::to_engine_image(std::string bytes) {
  const std::shared_ptr<State> state = state_;
  ReadingTask task = task_of(state->options, ReadingKind::kEngineImage);
  auto frames = co_await run(state->pool, state->options, state->launcher, std::move(task),
                             std::move(bytes), DocumentSubject::kImage);
  co_return engine_image_in(image_payload(std::move(frames)));
}

Task<EngineImage> DocumentReader::with_margins(std::string bytes, ImageMargins margins) {
  const std::shared_ptr<State> state = state_;
  ReadingTask task = task_of(state->options, ReadingKind::kImageWithMargins);
  task.margins = margins;
  auto frames = co_await run(state->pool, state->options, state->launcher, std::move(task),
                             std::move(bytes), DocumentSubject::kImage);
  co_return engine_image_in(image_payload(std::move(frames)));
}

Task<EditMask> DocumentReader::to_edit_mask(std::string bytes, MaskWish wish) {
  const std::shared_ptr<State> state = state_;
  ReadingTask task = task_of(state->options, ReadingKind::kEditMask);
  task.mask_area = static_cast<int>(wish.area);
  task.mask_grow_px = wish.grow_px;
  task.mask_width_px = wish.width_px;
  task.mask_height_px = wish.height_px;
  task.margins = wish.margins;
  auto frames = co_await run(state->pool, state->options, state->launcher, std::move(task),
                             std::move(bytes), DocumentSubject::kImage);
  const std::string payload = image_payload(std::move(frames));
  std::string_view rest = payload;
  EditMask mask{};
  mask.original = take_facts(rest);
  if (parse_format(take_until(rest, '\n')) != ImageFormat::kPng) refuse_answer();
  mask.png = std::string(rest);
  co_return mask;
}

std::vector<std::string> missing_programs_blocking(const std::string& search_path) {
  std::vector<std::string> missing;
  for (const ProgramName& name : {kPdfInfo, kPdfToText, kPdfToPpm, kCatDoc, kXlsToCsv}) {
    if (!find_program_blocking(search_path, name.program).empty()) continue;
    missing.push_back(fmt::format("{} ({})", name.package, name.program));
  }
  return missing;
}

void check_sandbox_blocking(const DocumentReaderOptions& options) {
  ForkLauncher launcher;
  const StopSignal stop;
  run_reading_child_blocking(options, launcher, task_of(options, ReadingKind::kText), "text", stop);
}

}  // namespace bedplate::documents
