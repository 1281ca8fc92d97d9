// What a browser shows of HTML, as lines of text.
#include <libxml/HTMLparser.h>

#include <array>
#include <exception>
#include <memory>

#include "documents/bounded_text.hpp"
#include "documents/formats/text_formats.hpp"

namespace bedplate::documents {
namespace {

/// Their content is not shown.
constexpr std::array<std::string_view, 12> kUnseen = {"script", "style",  "template", "noscript",
                                                      "iframe", "object", "svg",      "canvas",
                                                      "select", "audio",  "video",    "noframes"};

/// They begin and end a line.
constexpr std::array<std::string_view, 36> kBlocks = {
    "p",       "div",   "section", "article", "header",     "footer", "main",     "nav",
    "aside",   "h1",    "h2",      "h3",      "h4",         "h5",     "h6",       "ul",
    "ol",      "li",    "dl",      "dt",      "dd",         "table",  "caption",  "tr",
    "pre",     "form",  "hr",      "address", "blockquote", "figure", "fieldset", "details",
    "summary", "title", "thead",   "tbody"};

template <std::size_t count>
bool contains(const std::array<std::string_view, count>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_space(char character) {
  return character == ' ' || character == '\n' || character == '\t' || character == '\r' ||
         character == '\f';
}

/// Follows the parser's events; there is no tree, so depth costs nothing.
class HtmlText {
 public:
  explicit HtmlText(std::size_t text_max_bytes) : output_(text_max_bytes) {}

  void start(std::string_view name) {
    if (contains(kUnseen, name)) ++unseen_;
    if (unseen_ > 0) return;
    if (contains(kBlocks, name)) end_line();
    if (name == "br") new_line();
    if (name == "pre") ++preformatted_;
    if (name == "li") begin_line("- ");
    if (name.size() == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6') {
      begin_line(std::string(std::size_t(name[1] - '0'), '#') + " ");
    }
    if (name == "td" || name == "th") {
      if (line_has_text_) write(" | ");
      space_is_due_ = false;
    }
  }

  void end(std::string_view name) {
    if (contains(kUnseen, name)) {
      if (unseen_ > 0) --unseen_;
      return;
    }
    if (unseen_ > 0) return;
    if (name == "pre" && preformatted_ > 0) --preformatted_;
    if (contains(kBlocks, name)) end_line();
  }

  void text(std::string_view text) {
    if (unseen_ > 0) return;
    if (preformatted_ > 0) {
      for (const char character : text) character == '\n' ? new_line() : write_one(character);
      return;
    }
    for (const char character : text) {
      if (is_space(character)) {
        space_is_due_ = line_has_text_;
      } else {
        write_one(character);
      }
    }
  }

  std::string take() {
    end_line();
    return output_.take();
  }

 private:
  /// What stands before the line's first text; without text there is no line.
  void begin_line(const std::string& prefix) { prefix_ = prefix; }

  void write_one(char character) { write({&character, 1}); }
  void write(std::string_view text) {
    if (!prefix_.empty()) output_.append(std::exchange(prefix_, {}));
    if (std::exchange(space_is_due_, false)) output_.append(" ");
    output_.append(text);
    line_has_text_ = true;
  }
  void new_line() {
    output_.append("\n");
    line_has_text_ = false;
    space_is_due_ = false;
  }
  void end_line() {
    if (line_has_text_) new_line();
    space_is_due_ = false;
  }

  BoundedText output_;
  std::string prefix_;
  int unseen_ = 0;
  int preformatted_ = 0;
  bool line_has_text_ = false;
  bool space_is_due_ = false;
};

/// What the parser's C functions get. Exceptions wait until the parser has returned.
struct Events {
  HtmlText text;
  htmlParserCtxtPtr parser = nullptr;
  std::exception_ptr failure;
};

template <class Function>
void guarded(void* data, Function function) {
  auto* events = static_cast<Events*>(data);
  if (events->failure) return;
  try {
    function(events->text);
  } catch (...) {
    events->failure = std::current_exception();
    ::xmlStopParser(events->parser);
  }
}

std::string_view view(const xmlChar* text) {
  return reinterpret_cast<const char*>(text);
}

void on_start(void* data, const xmlChar* name, const xmlChar** /*attributes*/) {
  guarded(data, [name](HtmlText& text) { text.start(view(name)); });
}
void on_end(void* data, const xmlChar* name) {
  guarded(data, [name](HtmlText& text) { text.end(view(name)); });
}
void on_text(void* data, const xmlChar* characters, int count) {
  guarded(data, [=](HtmlText& text) {
    text.text({reinterpret_cast<const char*>(characters), static_cast<std::size_t>(count)});
  });
}

struct FreeParser {
  void operator()(htmlParserCtxt* parser) const { ::htmlFreeParserCtxt(parser); }
};

}  // namespace

std::string html_text(std::string_view text, const TextLimits& limits) {
  htmlSAXHandler handler = {};
  handler.startElement = on_start;
  handler.endElement = on_end;
  handler.characters = on_text;
  handler.cdataBlock = on_text;
  handler.ignorableWhitespace = on_text;
  Events events{HtmlText(limits.text_max_bytes), nullptr, nullptr};
  const std::unique_ptr<htmlParserCtxt, FreeParser> parser(
      ::htmlCreatePushParserCtxt(&handler, &events, nullptr, 0, nullptr, XML_CHAR_ENCODING_UTF8));
  if (!parser) throw std::bad_alloc();
  events.parser = parser.get();
  ::htmlCtxtUseOptions(parser.get(), HTML_PARSE_NONET | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                                         HTML_PARSE_IGNORE_ENC | HTML_PARSE_RECOVER);
  // In one piece: the parser takes a character that is cut in two for damaged.
  ::htmlParseChunk(parser.get(), text.data(), static_cast<int>(text.size()), 0);
  if (!events.failure) ::htmlParseChunk(parser.get(), nullptr, 0, 1);
  if (events.failure) std::rethrow_exception(events.failure);
  return events.text.take();
}

}  // namespace bedplate::documents
