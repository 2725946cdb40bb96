using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Parley.Speech.Output;
using Parley.Speech.Vendors;

namespace Parley.Speech.Dialogue;

/// <content>One reply: asked for, spoken while it comes, its tools used, remembered as far as it was heard. A task of its own.</content>
public sealed partial class DialogueStage
{
    private async Task ReplyAsync(Reply reply)
    {
        var began = _time.GetTimestamp();
        var said = reply.Said;
        var complete = false;
        reply.First = _messages.Count;
        try
        {
            for (var round = 0; ; round++)
            {
                var calls = await SpeakAsync(reply, said, began).ConfigureAwait(false);
                if (calls.Count == 0 || round == _options.MaxToolRounds) break;
                foreach (var call in calls) await UseAsync(reply, call).ConfigureAwait(false);
                if (reply.HasHungUp || reply.HasPassedOn) break;
                _stop.Token.ThrowIfCancellationRequested(); // a tool may have ended the conversation
            }

            complete = true;
            if (reply.HasHungUp) return;
            if (reply.HasPassedOn)
            {
                Post(new ReplyFinal(said.ToString(), true));
                return;
            }

            Post(new SpeechMetric("completed.llm", _time.GetElapsedTime(began)) { PlayId = reply.PlayId });
            _player.Speak(new() { PlayId = reply.PlayId, EndOfStream = true });
            Post(new ReplyFinal(said.ToString(), true));
            // Until it has been heard it can be cut, and is remembered as far as it was heard.
            await _player.WhenHeardAsync(reply.Cancel.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (IsCut(reply))
        {
            // The caller speaks, or the call is over.
        }
        catch (Exception error) // tools are an application's code, and whatever a server sends may fail anywhere: the call goes on
        {
            var known = error as SpeechVendorException;
            Post(new SpeechProblem("llm", known?.Message ?? $"{error.GetType().Name}: {error.Message}", known?.Code) { Provider = known?.Vendor });
            if (!string.IsNullOrEmpty(_options.Apology) && !_stop.IsCancellationRequested) TrySay(_options.Apology, reply.PlayId);
        }
        finally
        {
            if (!complete) Post(new ReplyFinal(said.ToString(), false));
            Remember(reply);
            reply.IsOver = true;
            _happened.Writer.TryWrite(new ReplyOver());
        }
    }

    // The end of the conversation reaches those who wait for it before it reaches the reply.
    private bool IsCut(Reply reply) => reply.Cancel.IsCancellationRequested || _stop.IsCancellationRequested;

    /// <summary>Asks once and speaks what comes; gives the tools the model wants to use.</summary>
    private async Task<IReadOnlyList<ChatToolCall>> SpeakAsync(Reply reply, StringBuilder said, long began)
    {
        IReadOnlyList<ChatToolCall> calls = [];
        var text = new StringBuilder();
        var answer = new ChatMessage("assistant", "") { ToolCalls = [] };
        try
        {
            await foreach (var piece in _chat.AskAsync([.. _messages], reply.Cancel.Token).ConfigureAwait(false))
            {
                if (piece.ToolCalls is { } wanted)
                {
                    calls = wanted;
                    continue;
                }

                if (said.Length == 0) Post(new SpeechMetric("ttfb.llm", _time.GetElapsedTime(began)) { PlayId = reply.PlayId });
                text.Append(piece.Text);
                said.Append(piece.Text);
                Post(new ReplyDelta(piece.Text));
                reply.Cancel.Token.ThrowIfCancellationRequested(); // nothing is said behind an interruption
                _player.Speak(new() { Text = piece.Text, PlayId = reply.PlayId, Streaming = true });
            }

            answer.ToolCalls.AddRange(calls);
        }
        finally
        {
            answer.Content = text.ToString();
            if (text.Length > 0 || answer.ToolCalls.Count > 0) _messages.Add(answer);
        }

        return calls;
    }

    private async Task UseAsync(Reply reply, ChatToolCall call)
    {
        var result = "";
        try
        {
            result = await UseAsync(reply, call, _options.Tools.FirstOrDefault(tool => tool.Name == call.Name)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (IsCut(reply))
        {
            result = "cancelled: the caller spoke";
            throw;
        }
        catch (Exception error) // an application's code: the model is told that it failed
        {
            result = $"failed: {error.Message}";
            Post(new SpeechProblem("llm", $"tool {call.Name} failed: {error.Message}"));
        }
        finally
        {
            // Every use must have a result, or the next question is refused.
            _messages.Add(new("tool", result) { ToolCallId = call.Id });
            if (!reply.HasHungUp) Post(new ToolUsed(call.Id, call.Name, call.Arguments, result));
        }
    }

    private async Task<string> UseAsync(Reply reply, ChatToolCall call, DialogueTool? tool)
    {
        if (tool is null) return $"failed: there is no tool {call.Name}";
        JsonElement arguments;
        try
        {
            using var document = JsonDocument.Parse(call.Arguments.Length == 0 ? "{}" : call.Arguments);
            arguments = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return "failed: the arguments are no JSON";
        }

        // What was said before is heard first: nobody is hung up on in the middle of a goodbye.
        _player.Speak(new() { PlayId = reply.PlayId, EndOfStream = true });
        switch (tool.Kind)
        {
            case DialogueToolKind.HangUp:
                return await ActAsync(reply, () =>
                {
                    // Told before it is done: behind the end of the call nobody listens.
                    reply.HasHungUp = true;
                    Post(new ToolUsed(call.Id, call.Name, call.Arguments, "ok"));
                    Post(new ReplyFinal(reply.Said.ToString(), true));
                    return _actions.HangUpAsync(arguments.At("reason").Text() ?? "", _stop.Token);
                }).ConfigureAwait(false);
            case DialogueToolKind.Transfer:
                if (arguments.At("target").Text() is not { } name || !tool.Targets.TryGetValue(name, out var target))
                    return $"failed: the target must be one of {string.Join(", ", tool.Targets.Keys)}";
                var passed = await ActAsync(reply, () => _actions.TransferAsync(tool, target, _stop.Token)).ConfigureAwait(false);
                reply.HasPassedOn = !passed.StartsWith("failed", StringComparison.Ordinal);
                return passed;
            case DialogueToolKind.CollectDigits:
                var count = Math.Clamp(arguments.At("count").Integer() ?? 1, 1, MaxDigits);
                return await CollectAsync(reply, count, arguments.At("finish_key").Text() is { Length: 1 } key ? key[0] : null).ConfigureAwait(false);
            default:
                return await _actions.CallWebhookAsync(tool, arguments, reply.Cancel.Token).ConfigureAwait(false);
        }
    }

    /// <summary>Does what no word of the caller's undoes, once all has been heard.</summary>
    private async Task<string> ActAsync(Reply reply, Func<Task<string>> act)
    {
        await _player.WhenHeardAsync(reply.Cancel.Token).ConfigureAwait(false);
        reply.IsActing = true;
        try
        {
            return await act().ConfigureAwait(false);
        }
        finally
        {
            reply.IsActing = false;
        }
    }

    private async Task<string> CollectAsync(Reply reply, int count, char? finishKey)
    {
        var keys = Channel.CreateBounded<char>(new BoundedChannelOptions(MaxDigits) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });
        var cancel = reply.Cancel.Token;
        var digits = new StringBuilder();
        reply.Keys = keys.Writer;
        _happened.Writer.TryWrite(new KeysWanted());
        try
        {
            await _player.WhenHeardAsync(cancel).ConfigureAwait(false); // a key cuts it, and is in the channel then
            while (digits.Length < count)
            {
                using var patience = new CancellationTokenSource(digits.Length == 0 ? _options.FirstDigit : _options.DigitPause, _time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
                var key = await keys.Reader.ReadAsync(either.Token).ConfigureAwait(false);
                if (key == finishKey) break;
                digits.Append(key);
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Nothing more was pressed in time.
        }
        finally
        {
            reply.Keys = null;
        }

        return digits.Length == 0 ? "none: the caller pressed nothing" : digits.ToString();
    }

    /// <summary>Leaves of what was cut only what was heard, and nothing of what would have come behind it.</summary>
    private void Remember(Reply reply)
    {
        foreach (var skipped in reply.Skipped)
        {
            if (Said(skipped) is { } message) message.Content = skipped.Heard;
        }

        if (reply.Heard is not { } heard || Said(heard) is not { } cut) return;
        cut.Content = heard.Heard;
        for (var i = _messages.IndexOf(cut) + 1; i < _messages.Count; i++)
        {
            if (_messages[i].Role == "assistant") _messages[i].Content = "";
        }

        _messages.RemoveAll(one => one is { Role: "assistant", Content.Length: 0, ToolCalls.Count: 0 });

        // What was being heard is found by its words; where a synthesiser was given others, it was the last.
        ChatMessage? Said(Interruption part) =>
            _messages.Skip(reply.First).FirstOrDefault(one => one.Role == "assistant" && part.Text.Length > 0 && one.Content == part.Text)
            ?? _messages.Skip(reply.First).LastOrDefault(one => one.Role == "assistant");
    }

    private sealed class Reply(string playId, long since, CancellationTokenSource cancel)
    {
        private volatile bool _isOver;
        private volatile bool _isActing;
        private volatile ChannelWriter<char>? _keys;

        public string PlayId => playId;

        public long Since => since;

        public CancellationTokenSource Cancel => cancel;

        public Task Running { get; set; } = Task.CompletedTask;

        /// <summary>All that the model gave to be said.</summary>
        public StringBuilder Said { get; } = new();

        /// <summary>Where its messages begin.</summary>
        public int First { get; set; }

        /// <summary>What was heard of what sounded when the caller cut it.</summary>
        public Interruption? Heard { get; set; }

        /// <summary>Questions a key was pressed in the middle of.</summary>
        public ConcurrentQueue<Interruption> Skipped { get; } = new();

        /// <summary>Nothing more is asked or heard of it.</summary>
        public bool IsOver { get => _isOver; set => _isOver = value; }

        /// <summary>It does something that a word of the caller's does not undo.</summary>
        public bool IsActing { get => _isActing; set => _isActing = value; }

        /// <summary>Nobody is there any more to be told anything.</summary>
        public bool HasHungUp { get; set; }

        /// <summary>The caller talks to somebody else: the model has no more to say.</summary>
        public bool HasPassedOn { get; set; }

        /// <summary>A tool that waits for digits; null for none.</summary>
        public ChannelWriter<char>? Keys { get => _keys; set => _keys = value; }
    }
}
