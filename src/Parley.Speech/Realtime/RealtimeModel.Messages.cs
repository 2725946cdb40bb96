using System.Text;
using System.Text.Json;
using Parley.Speech.Vendors;

namespace Parley.Speech.Realtime;

/// <content>What the model says. One task, but for what is marked.</content>
public sealed partial class RealtimeModel
{
    // Uses of tools without a result, and utterances whose words have not come: of each a handful at a time.
    private const int MaxOpen = 64;

    // A server that sends so many messages of no sense is none of these.
    private const int MaxGarbage = 10;

    private readonly HashSet<string> _uses = new(StringComparer.Ordinal); // locked: results come from anywhere
    private readonly Dictionary<string, Utterance> _utterances = new(StringComparer.Ordinal);
    private readonly StringBuilder _reply = new();
    private volatile AudioClock _clock; // of the audio the model has heard
    private volatile string? _response; // that is being made
    private volatile string? _ignored; // that was cut
    private int _utteranceCount;
    private int _garbage;

    private void Forget()
    {
        lock (_uses) _uses.Clear();
        while (_messages.Reader.TryRead(out _))
        {
        }

        _voice.Complete(); // of a connection that broke
        _utterances.Clear();
        TellReply(isComplete: false);
        _response = null;
        _ignored = null;
        _clock = new(_time, RealtimeWire.SampleRate);
        _garbage = 0;
    }

    private JsonDocument? Parse(VendorMessage message)
    {
        try
        {
            if (!message.IsText) throw new SpeechVendorException(_options.Provider, VendorFailure.Protocol, "a binary message, where there are only texts");
            return Json.Parse(_options.Provider, message.Bytes);
        }
        catch (SpeechVendorException error) when (++_garbage < MaxGarbage)
        {
            Problem(error.Message, null);
            return null;
        }
    }

    private void Received(JsonElement message)
    {
        switch (message.At("type").Text())
        {
            case "error": Failed(message.At("error")); break;
            case "input_audio_buffer.speech_started": Speaks(message); break;
            case "input_audio_buffer.speech_stopped": Stops(message); break;
            case "conversation.item.input_audio_transcription.delta": Words(message, message.At("delta").Text(), isFinal: false); break;
            case "conversation.item.input_audio_transcription.completed": Words(message, message.At("transcript").Text(), isFinal: true); break;
            case "conversation.item.input_audio_transcription.failed": Failed(message.At("error")); break;
            case "response.created": Begins(message); break;
            case "response.audio.delta" or "response.output_audio.delta": Says(message); break;
            case "response.audio_transcript.delta" or "response.output_audio_transcript.delta" or "response.text.delta" or "response.output_text.delta": Writes(message); break;
            case "response.output_item.done": Uses(message.At("item")); break;
            case "response.done": Ends(message.At("response")); break;
        }
    }

    private void Failed(JsonElement error)
    {
        // Its reply was over before it was cut: nothing is wrong.
        if (error.At("code").Text() == "response_cancel_not_active") return;
        Problem($"{_options.Provider}: {Failures.Clean(error.At("message").Text() ?? error.At("code").Text(), _options.Key)}", null);
    }

    private void Speaks(JsonElement message)
    {
        var utterance = Of(message);
        utterance.Started = At(message, "audio_start_ms");
        _events.Post(new SpeechStarted(utterance.Started, 1));
        _player.Interrupt();
        TellCut(isOwn: true);
    }

    private void Stops(JsonElement message)
    {
        var utterance = Of(message);
        utterance.Ended = At(message, "audio_end_ms");
        _events.Post(new SpeechEnded(utterance.Started, utterance.Ended > utterance.Started ? utterance.Ended - utterance.Started : TimeSpan.Zero));
    }

    private void Words(JsonElement message, string? text, bool isFinal)
    {
        if (string.IsNullOrWhiteSpace(text)) return;
        var utterance = Of(message);
        utterance.Text = isFinal ? text.Trim() : utterance.Text + text;
        var ended = utterance.Ended == default ? _time.GetUtcNow() : utterance.Ended;
        _events.Post(new TextRecognised(utterance.Index, utterance.Text, isFinal, utterance.Started, ended, _options.Provider));
        if (isFinal && message.At("item_id").Text() is { } item) _utterances.Remove(item);
    }

    private void Begins(JsonElement message)
    {
        _response = message.At("response", "id").Text() ?? "";
        _reply.Clear();
    }

    private void Says(JsonElement message)
    {
        if (IsIgnored(message) || message.At("delta").Text() is not { } delta) return;
        var bytes = new byte[delta.Length];
        if (Convert.TryFromBase64String(delta, bytes, out var length))
            _voice.Add(message.At("item_id").Text() ?? "", message.At("content_index").Integer() ?? 0, bytes.AsSpan(0, length));
        else if (++_garbage < MaxGarbage)
            Problem($"{_options.Provider}: audio that is no base64", null);
        else
            throw new SpeechVendorException(_options.Provider, VendorFailure.Protocol, "audio that is no base64");
    }

    private void Writes(JsonElement message)
    {
        if (IsIgnored(message) || message.At("delta").Text() is not { Length: > 0 } delta) return;
        _reply.Append(delta);
        _events.Post(new ReplyDelta(delta));
    }

    private void Uses(JsonElement item)
    {
        if (item.At("type").Text() != "function_call" || item.At("call_id").Text() is not { } id || item.At("name").Text() is not { } name) return;
        lock (_uses)
        {
            if (_uses.Count >= MaxOpen)
            {
                Problem($"{_options.Provider}: more than {MaxOpen} uses of tools wait for their results; '{name}' was left out", null);
                return;
            }

            _uses.Add(id);
        }

        _events.Post(new ToolUsed(id, name, item.At("arguments").Text() ?? "{}", ""));
    }

    private void Ends(JsonElement response)
    {
        if (response.At("status").Text() == "failed") Failed(response.At("status_details", "error"));
        _voice.Complete();
        TellReply(isComplete: response.At("status").Text() is null or "completed");
        _response = null;
        _ignored = null;
    }

    private void TellReply(bool isComplete)
    {
        if (_reply.Length == 0) return;
        _events.Post(new ReplyFinal(_reply.ToString(), isComplete));
        _reply.Clear();
    }

    /// <summary>Tells the model how much of its replies was heard when they were cut. From the task that receives and the one that sends.</summary>
    /// <param name="isOwn">The model has found itself that the caller speaks, and makes no more of the reply.</param>
    private void TellCut(bool isOwn)
    {
        var cut = _voice.TakeCut();
        foreach (var (item, index, milliseconds) in cut) Send(RealtimeWire.Truncate(item, index, milliseconds));
        if (cut.Count > 0 && !isOwn && _response is not null) Send(RealtimeWire.Cancel());
    }

    // What was on its way when it was cut.
    private bool IsIgnored(JsonElement message) => _ignored is { } ignored && (message.At("response_id").Text() ?? ignored) == ignored;

    private Utterance Of(JsonElement message)
    {
        var item = message.At("item_id").Text() ?? "";
        if (_utterances.TryGetValue(item, out var known)) return known;
        if (_utterances.Count >= MaxOpen) _utterances.Clear();
        return _utterances[item] = new() { Index = _utteranceCount++, Started = _time.GetUtcNow() };
    }

    private DateTimeOffset At(JsonElement message, string name) =>
        message.At(name).Number() is { } milliseconds and >= 0 and < 1e9 ? _clock.At(TimeSpan.FromMilliseconds(milliseconds)) : _time.GetUtcNow();

    private sealed class Utterance
    {
        public int Index { get; init; }

        public DateTimeOffset Started { get; set; }

        public DateTimeOffset Ended { get; set; }

        public string Text { get; set; } = "";
    }
}
