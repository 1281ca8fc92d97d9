#include "objects/local/local_reader.hpp"

#include "base/log.hpp"
#include "objects/local/disk.hpp"

namespace bedplate::objects {
namespace {

constexpr std::size_t kPieceBytes = 512 * 1024;
static_assert(kPieceBytes <= kPieceBytesMax);

/// Where the part of this number is in an object that was uploaded in parts. Others have one part.
Span part_span(const OpenObject& object, std::uint32_t number) {
  const auto size = static_cast<std::uint64_t>(object.status.st_size);
  if (object.attributes.parts.empty() && number == 1) return {0, size};
  Span span;
  std::uint32_t before = number - 1;
  for (const PartRun& run : object.attributes.parts) {
    if (before < run.count) return {span.offset + before * run.bytes, run.bytes};
    span.offset += run.count * run.bytes;
    before -= run.count;
  }
  ObjectsError error(ErrorKind::kInvalidRange, "The requested partnumber is not satisfiable");
  error.size_bytes = size;
  throw error;
}

Span wanted_span(const OpenObject& object, const GetOptions& options) {
  const auto size = static_cast<std::uint64_t>(object.status.st_size);
  if (options.part_number > 0) return part_span(object, options.part_number);
  if (options.range) return resolve_range(*options.range, size);
  return {0, size};
}

std::string read_exactly(int file, Span& left) {
  const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(left.bytes, kPieceBytes));
  std::string piece = read_at_blocking(file, left.offset, bytes);
  if (piece.size() != bytes) {
    log::error("objects: a file has been cut off while it was read");
    throw objects_error(ErrorKind::kInternalError);
  }
  left.offset += bytes;
  left.bytes -= bytes;
  return piece;
}

}  // namespace

OpenedObject open_object_blocking(LocalCore& core, const std::string& bucket,
                                  const std::string& key, const GetOptions& options) {
  OpenObject object = core.objects.open_blocking(bucket, key);
  OpenedObject out;
  out.info = object.info(key);
  check_read_conditions(options.conditions, out.info);
  out.span = wanted_span(object, options);
  Span left = out.span;
  if (left.bytes > 0) out.first = read_exactly(object.file.get(), left);
  if (left.bytes > 0) out.file = std::move(object.file);
  return out;
}

LocalReader::LocalReader(std::shared_ptr<LocalPool> pool, OpenedObject opened)
    : info_(std::move(opened.info)),
      span_(opened.span),
      pool_(std::move(pool)),
      background_(pool_),
      ahead_(std::make_shared<Ahead>()) {
  ahead_->left = {span_.offset + opened.first.size(), span_.bytes - opened.first.size()};
  ahead_->piece = std::move(opened.first);
  ahead_->file = std::move(opened.file);
}

LocalReader::~LocalReader() {
  // Closing the last descriptor of a deleted file frees its blocks, which takes its time.
  if (ahead_ && ahead_->file) pool_->drop(std::move(ahead_));
}

void LocalReader::Ahead::read_blocking() {
  piece = read_exactly(file.get(), left);
}

Task<> LocalReader::read_ahead() {
  std::function<void()> work = [ahead = ahead_] { ahead->read_blocking(); };
  co_await background_.start(std::move(work));
}

Task<std::string> LocalReader::read() {
  co_await background_.settle();
  std::string piece = std::exchange(ahead_->piece, {});
  if (ahead_->left.bytes > 0) co_await read_ahead();
  co_return piece;
}

}  // namespace bedplate::objects
