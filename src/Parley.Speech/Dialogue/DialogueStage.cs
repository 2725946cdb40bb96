using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Parley.Speech.Output;
using Parley.Speech.Vendors;

namespace Parley.Speech.Dialogue;

/// <summary>
/// A conversation led by a language model: each utterance becomes a question, the reply is spoken while it comes, cut when the caller speaks, and what he has not heard is
/// not remembered as said. One task reads what happens, another asks, so that a caller is heard while the model answers.
/// </summary>
public sealed class DialogueStage : IAsyncDisposable
{
    private const int MaxWaiting = 256; // happenings not looked at yet: seconds of a busy call

    private readonly DialogueOptions _options;
    private readonly SpeechPlayer _player;
    private readonly SpeechEventQueue _events;
    private readonly IDialogueActions _actions;
    private readonly ChatClient _chat;
    private readonly TimeProvider _time;
    private readonly bool _byUtterance;
    private readonly List<ChatMessage> _messages = []; // of the reply's task while there is one, of the reading task otherwise
    private readonly Channel<SpeechEvent> _happened =
        Channel.CreateBounded<SpeechEvent>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });

    private readonly CancellationTokenSource _stop = new();
    private readonly IDisposable _observing;
    private readonly Task _reading;
    private Reply? _reply;
    private int _replies;

    /// <summary>Begins a conversation: says the greeting and listens.</summary>
    /// <param name="options">How it is led.</param>
    /// <param name="chain">The call's speech, with a recogniser.</param>
    /// <param name="actions">What can be done with the call.</param>
    /// <param name="connections">The process's connections.</param>
    /// <param name="time">The clock; the system's when null.</param>
    /// <exception cref="ArgumentException">An option cannot be.</exception>
    public DialogueStage(DialogueOptions options, SpeechChain chain, IDialogueActions actions, SpeechConnections connections, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(actions);
        ArgumentNullException.ThrowIfNull(connections);
        options.Validate();
        _options = options;
        _player = chain.Player;
        _events = chain.Events;
        _byUtterance = chain.TellsUtterances;
        _actions = actions;
        _chat = new(options, connections);
        _time = time ?? TimeProvider.System;
        _observing = chain.Events.Observe(Happened);
        if (!string.IsNullOrEmpty(options.Greeting))
        {
            _messages.Add(new("assistant", options.Greeting));
            _player.Speak(new() { Text = options.Greeting, PlayId = "greeting", EndOfStream = true });
        }

        _reading = Task.Run(ReadAsync);
    }

    /// <summary>Asks as if the caller had said it.</summary>
    /// <param name="text">What he would have said.</param>
    public void Ask(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        _happened.Writer.TryWrite(new UtteranceEnded(true, text));
    }

    /// <summary>Ends the conversation; what is being said ends with it.</summary>
    public async ValueTask DisposeAsync()
    {
        _observing.Dispose();
        _happened.Writer.TryComplete();
        await _stop.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        _stop.Dispose();
    }

    /// <summary>Perhaps on a media lane: only remembers what matters.</summary>
    private void Happened(SpeechEvent happened)
    {
        if (happened is SpeechStarted or UtteranceEnded or TextRecognised) _happened.Writer.TryWrite(happened);
    }

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var happened in _happened.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                switch (happened)
                {
                    case SpeechStarted when _options.BargeIn == BargeIn.Voice:
                    case TextRecognised { Text.Length: > 0 } when _options.BargeIn == BargeIn.Words:
                        Cut();
                        break;
                }

                if (happened is UtteranceEnded { Text.Length: > 0 } utterance) await AnswerAsync(utterance.Text).ConfigureAwait(false);
                else if (happened is TextRecognised { IsFinal: true } text && !_byUtterance) await AnswerAsync(text.Text).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The conversation is over.
        }

        await EndReplyAsync().ConfigureAwait(false);
    }

    private async Task AnswerAsync(string text)
    {
        await EndReplyAsync().ConfigureAwait(false); // a second question before the first is answered: both are answered together
        _messages.Add(new("user", text));
        Forget();
        _reply = new($"reply-{++_replies}", _time.GetTimestamp(), CancellationTokenSource.CreateLinkedTokenSource(_stop.Token));
        var reply = _reply;
        _reply.Running = Task.Run(() => ReplyAsync(reply));
    }

    private async Task EndReplyAsync()
    {
        if (_reply is not { } reply) return;
        _reply = null;
        await reply.Cancel.CancelAsync().ConfigureAwait(false);
        await reply.Running.ConfigureAwait(false);
        reply.Cancel.Dispose();
    }

    private void Cut()
    {
        var reply = _reply;
        if (reply is not null && _time.GetElapsedTime(reply.Since) < _options.IgnoreFirst) return;
        var heard = _player.Interrupt(graceful: false, _options.Fade);
        if (reply is null)
        {
            if (heard?.PlayId == "greeting" && _messages.Count > 0) _messages[0].Content = heard.Heard;
            return;
        }

        reply.Heard = heard;
        reply.Cancel.Cancel();
        _player.Interrupt(); // a piece may have come in between
    }

    private async Task ReplyAsync(Reply reply)
    {
        var began = _time.GetTimestamp();
        var said = new StringBuilder();
        var complete = false;
        var first = _messages.Count;
        try
        {
            for (var round = 0; ; round++)
            {
                var calls = await SpeakAsync(reply, said, began).ConfigureAwait(false);
                if (calls.Count == 0 || round == _options.MaxToolRounds) break;
                foreach (var call in calls) await UseAsync(reply, call).ConfigureAwait(false);
            }

            complete = true;
            Post(new SpeechMetric("completed.llm", _time.GetElapsedTime(began)) { PlayId = reply.PlayId });
            _player.Speak(new() { PlayId = reply.PlayId, EndOfStream = true });
            Post(new ReplyFinal(said.ToString(), true));
            // Until it has been heard it can be cut, and is remembered as far as it was heard.
            await _player.WhenHeardAsync(reply.Cancel.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (reply.Cancel.IsCancellationRequested)
        {
            // The caller speaks, or the call is over.
        }
        catch (Exception error) // tools are an application's code, and whatever a server sends may fail anywhere: the call goes on
        {
            var known = error as SpeechVendorException;
            Post(new SpeechProblem("llm", known?.Message ?? $"{error.GetType().Name}: {error.Message}", known?.Code) { Provider = known?.Vendor });
            if (!string.IsNullOrEmpty(_options.Apology) && !_stop.IsCancellationRequested) TrySay(_options.Apology, reply.PlayId);
        }

        if (!complete) Post(new ReplyFinal(said.ToString(), false));
        Remember(first, reply);
    }

    /// <summary>Asks once and speaks what comes; gives the tools the model wants to use.</summary>
    private async Task<IReadOnlyList<ChatToolCall>> SpeakAsync(Reply reply, StringBuilder said, long began)
    {
        IReadOnlyList<ChatToolCall> calls = [];
        var text = new StringBuilder();
        var answer = new ChatMessage("assistant", "") { ToolCalls = [] };
        var added = false;
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
            if (text.Length > 0 || answer.ToolCalls.Count > 0)
            {
                _messages.Add(answer);
                added = true;
            }
        }

        if (added) reply.Last = answer;
        return calls;
    }

    private async Task UseAsync(Reply reply, ChatToolCall call)
    {
        var result = "";
        try
        {
            result = await UseAsync(reply, call, _options.Tools.FirstOrDefault(tool => tool.Name == call.Name)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (reply.Cancel.IsCancellationRequested)
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
            Post(new ToolUsed(call.Id, call.Name, call.Arguments, result));
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

        var cancel = reply.Cancel.Token;
        // What was said before is heard first: nobody is hung up on in the middle of a goodbye.
        _player.Speak(new() { PlayId = reply.PlayId, EndOfStream = true });
        switch (tool.Kind)
        {
            case DialogueToolKind.HangUp:
                await _player.WhenHeardAsync(cancel).ConfigureAwait(false);
                return await _actions.HangUpAsync(arguments.At("reason").Text() ?? "", cancel).ConfigureAwait(false);
            case DialogueToolKind.Transfer:
                if (arguments.At("target").Text() is not { } name || !tool.Targets.TryGetValue(name, out var target))
                    return $"failed: the target must be one of {string.Join(", ", tool.Targets.Keys)}";
                await _player.WhenHeardAsync(cancel).ConfigureAwait(false);
                return await _actions.TransferAsync(target, cancel).ConfigureAwait(false);
            case DialogueToolKind.CollectDigits:
                var count = Math.Clamp(arguments.At("count").Integer() ?? 1, 1, 64);
                return await _actions.CollectDigitsAsync(count, arguments.At("finish_key").Text() is { Length: 1 } key ? key[0] : null, cancel).ConfigureAwait(false);
            default:
                return await _actions.CallWebhookAsync(tool, arguments, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Leaves of a reply that was cut only what was heard.</summary>
    private void Remember(int first, Reply reply)
    {
        if (reply.Heard is not { } heard || reply.Last is not { } last) return;
        last.Content = heard.Heard;
        if (last.Content.Length == 0 && last.ToolCalls.Count == 0 && _messages.IndexOf(last) >= first) _messages.Remove(last);
    }

    /// <summary>Keeps the newest messages; a tool's result is not kept without its use.</summary>
    private void Forget()
    {
        if (_messages.Count <= _options.MaxMessages) return;
        _messages.RemoveRange(0, _messages.Count - _options.MaxMessages);
        while (_messages.Count > 0 && _messages[0].Role == "tool") _messages.RemoveAt(0);
    }

    private void TrySay(string text, string playId)
    {
        try
        {
            _player.Speak(new() { Text = text, PlayId = playId, EndOfStream = true });
        }
        catch (InvalidOperationException)
        {
            // The call is over.
        }
    }

    private void Post(SpeechEvent happened) => _events.Post(happened);

    private sealed class Reply(string playId, long since, CancellationTokenSource cancel)
    {
        public string PlayId => playId;

        public long Since => since;

        public CancellationTokenSource Cancel => cancel;

        public Task Running { get; set; } = Task.CompletedTask;

        public Interruption? Heard { get; set; }

        public ChatMessage? Last { get; set; }
    }
}
