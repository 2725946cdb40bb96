using System.Text;
using System.Threading.Channels;
using Parley.Speech.Output;
using Parley.Speech.Vendors;

namespace Parley.Speech.Dialogue;

/// <summary>
/// A conversation led by a language model: each utterance becomes a question, the reply is spoken while it comes, cut when the caller speaks, and what he has not heard is
/// not remembered as said. One task reads what happens, another asks, so that a caller is heard while the model answers.
/// </summary>
public sealed partial class DialogueStage : IAsyncDisposable
{
    private const int MaxWaiting = 256; // happenings not looked at yet: seconds of a busy call
    private const int MaxDigits = 64;

    private readonly DialogueOptions _options;
    private readonly SpeechPlayer _player;
    private readonly SpeechEventQueue _events;
    private readonly IDialogueActions _actions;
    private readonly ChatClient _chat;
    private readonly TimeProvider _time;
    private readonly bool _byUtterance;
    private readonly List<ChatMessage> _messages = []; // of the reply's task while there is one, of the reading task otherwise
    private readonly List<string> _later = [];         // said while nobody could be answered
    private readonly StringBuilder _digits = new();
    private readonly Channel<SpeechEvent> _happened =
        Channel.CreateBounded<SpeechEvent>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });

    private readonly CancellationTokenSource _stop = new();
    private readonly IDisposable _observing;
    private readonly ITimer _silence;
    private readonly ITimer _digitPause;
    private readonly ITimer? _duration;
    private readonly Task _reading;
    private Reply? _reply;
    private (string PlayId, ChatMessage Message)? _spoken; // said by itself, not by the model
    private int _replies;
    private int _turns;
    private int _silences;

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
        _silence = Timer(new SilencePassed());
        _digitPause = Timer(new NumberEnded());
        _duration = options.MaxDuration is null ? null : Timer(new TimeUp());
        _duration?.Change(options.MaxDuration!.Value, Timeout.InfiniteTimeSpan);
        _observing = chain.Events.Observe(Happened);
        if (!string.IsNullOrEmpty(options.Greeting)) Say(options.Greeting, "greeting");
        else Arm();
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>What was said and heard, as the model was told; the newest <see cref="DialogueOptions.MaxMessages"/>. Whole once the conversation has been disposed of, not to be read before.</summary>
    public IReadOnlyList<DialogueMessage> Conversation => [.. _messages.Where(one => one.Content.Length > 0).Select(one => new DialogueMessage(one.Role, one.Content))];

    /// <summary>Asks as if the caller had said it.</summary>
    /// <param name="text">What he would have said.</param>
    public void Ask(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        _happened.Writer.TryWrite(new UtteranceEnded(true, text));
    }

    /// <summary>The caller has pressed a key.</summary>
    /// <param name="digit"><c>0</c> to <c>9</c>, <c>*</c>, <c>#</c>, <c>A</c> to <c>D</c>.</param>
    public void Press(char digit) => _happened.Writer.TryWrite(new KeyPressed(digit));

    /// <summary>Cuts what is said, as if the caller had begun to speak.</summary>
    /// <param name="heard">What was heard, when the player was interrupted already; null when it was not.</param>
    public void Interrupt(Interruption? heard = null) => _happened.Writer.TryWrite(new Interrupted(heard));

    /// <summary>Ends the conversation; what is being said ends with it.</summary>
    public async ValueTask DisposeAsync()
    {
        _observing.Dispose();
        _happened.Writer.TryComplete();
        await _stop.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        foreach (var timer in new[] { _silence, _digitPause, _duration }) timer?.Dispose();
        _stop.Dispose();
    }

    private ITimer Timer(SpeechEvent happened) =>
        _time.CreateTimer(_ => _happened.Writer.TryWrite(happened), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>Perhaps on a media lane: only remembers what matters.</summary>
    private void Happened(SpeechEvent happened)
    {
        if (happened is SpeechStarted or SpeechEnded or UtteranceEnded or TextRecognised or PlaybackEnded) _happened.Writer.TryWrite(happened);
    }

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var happened in _happened.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                if (!await LookAsync(happened).ConfigureAwait(false)) break;
            }
        }
        catch (OperationCanceledException)
        {
            // The conversation is over.
        }

        await EndReplyAsync().ConfigureAwait(false);
    }

    /// <summary>False when the conversation has come to its end.</summary>
    private async ValueTask<bool> LookAsync(SpeechEvent happened)
    {
        switch (happened)
        {
            case SpeechStarted:
                Disarm();
                if (_options.BargeIn == BargeIn.Voice) Cut();
                return true;
            case Interrupted(var heard):
                Cut(anyway: true, heard);
                await RememberAsync(heard).ConfigureAwait(false);
                return true;
            case TextRecognised { Text.Length: > 0 } text:
                Arm(); // from now
                if (_options.BargeIn == BargeIn.Words) Cut();
                return !text.IsFinal || _byUtterance || await AnswerAsync(text.Text).ConfigureAwait(false);
            case UtteranceEnded { Text.Length: > 0 } utterance:
                return await AnswerAsync(utterance.Text).ConfigureAwait(false);
            case SpeechEnded or PlaybackEnded:
                Arm();
                return true;
            case ReplyOver when _later.Count > 0:
                var later = string.Join(' ', _later);
                _later.Clear();
                return await AnswerAsync(later).ConfigureAwait(false);
            case ReplyOver:
                Arm();
                return true;
            case KeyPressed key:
                return await PressedAsync(key.Digit).ConfigureAwait(false);
            case KeysWanted when _digits.Length > 0 && _reply is { Keys: { } keys } reply:
                Hand(reply, keys, _digits.ToString()); // pressed while the question was still asked
                _digits.Clear();
                return true;
            case NumberEnded when _digits.Length > 0:
                return await TellDigitsAsync().ConfigureAwait(false);
            case SilencePassed:
                return await FollowUpAsync().ConfigureAwait(false);
            case TimeUp:
                return await EndAsync("duration").ConfigureAwait(false);
            default:
                return true;
        }
    }

    private async Task<bool> AnswerAsync(string text, bool isTurn = true)
    {
        Disarm();
        if (_reply is { IsOver: false } running && (_options.BargeIn == BargeIn.None || running.IsActing))
        {
            if (_later.Count < _options.MaxMessages) _later.Add(text);
            return true;
        }

        await EndReplyAsync().ConfigureAwait(false); // a second question before the first is answered: both are answered together
        if (isTurn)
        {
            _silences = 0;
            if (_turns++ == _options.MaxTurns) return await EndAsync("turns").ConfigureAwait(false);
        }

        _messages.Add(new("user", text));
        Forget();
        var reply = _reply = new($"reply-{++_replies}", _time.GetTimestamp(), CancellationTokenSource.CreateLinkedTokenSource(_stop.Token));
        reply.Running = Task.Run(() => ReplyAsync(reply));
        return true;
    }

    private async Task EndReplyAsync()
    {
        if (_reply is not { } reply) return;
        if (!reply.IsOver) Silence(reply);
        _reply = null;
        await reply.Cancel.CancelAsync().ConfigureAwait(false);
        await reply.Running.ConfigureAwait(false);
        reply.Cancel.Dispose();
    }

    /// <summary>The caller speaks: what is being said ends.</summary>
    private void Cut(bool anyway = false, Interruption? known = null)
    {
        if (_reply is { IsOver: false } reply)
        {
            if (reply.IsActing || (!anyway && _time.GetElapsedTime(reply.Since) < _options.IgnoreFirst)) return;
            Silence(reply, known);
            return;
        }

        if ((known ?? _player.Interrupt(graceful: false, _options.Fade)) is { } heard && _spoken is { } spoken && heard.PlayId == spoken.PlayId) spoken.Message.Content = heard.Heard;
    }

    /// <summary>Somebody else has cut a reply: it may have taken that for its end, and remembered itself as heard.</summary>
    private async Task RememberAsync(Interruption? heard)
    {
        if (_reply is not { IsActing: false } reply || heard is null || heard.PlayId != reply.PlayId) return;
        await reply.Running.ConfigureAwait(false);
        reply.Heard ??= heard;
        Remember(reply);
    }

    private void Silence(Reply reply, Interruption? known = null)
    {
        reply.Heard ??= _player.Interrupt(graceful: false, _options.Fade) ?? known; // before it can be remembered
        reply.Cancel.Cancel();
        _player.Interrupt(); // a piece may have come in between
    }

    /// <summary>Says something that is not the model's, and remembers it.</summary>
    private void Say(string text, string playId)
    {
        var message = new ChatMessage("assistant", text);
        _messages.Add(message);
        _spoken = (playId, message);
        TrySay(text, playId);
    }

    private void Arm()
    {
        if (_options.FollowUp is { } followUp && _reply is null or { IsOver: true } && !_player.IsPlaying) _silence.Change(followUp.After, Timeout.InfiniteTimeSpan);
    }

    private void Disarm() => _silence.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    private async Task<bool> FollowUpAsync()
    {
        if (_options.FollowUp is not { } followUp || _reply is { IsOver: false } || _player.IsPlaying) return true; // something was said just before the timer
        if (_silences++ == followUp.Most) return await EndAsync("silence").ConfigureAwait(false);
        if (followUp.Say is not { Length: > 0 } text) return await AnswerAsync("(The caller is silent.)", isTurn: false).ConfigureAwait(false);
        await EndReplyAsync().ConfigureAwait(false);
        Say(text, $"follow-up-{_silences}");
        return true;
    }

    private async Task<bool> PressedAsync(char digit)
    {
        Arm(); // from now
        _silences = 0;
        if (_reply is { Keys: { } keys } reply)
        {
            Hand(reply, keys, digit.ToString());
            return true;
        }

        var answering = _reply is { IsOver: false }; // a tool may yet ask for them
        if (!_options.TellDigits && !answering) return true;
        _digits.Append(digit);
        if ((digit == '#' && !answering) || _digits.Length >= MaxDigits) return await TellDigitsAsync().ConfigureAwait(false);
        _digitPause.Change(_options.DigitPause, Timeout.InfiniteTimeSpan);
        return true;
    }

    private void Hand(Reply reply, ChannelWriter<char> keys, string digits)
    {
        _digitPause.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        // Who knows the question need not hear it to its end.
        if (_player.Interrupt() is { } heard) reply.Skipped.Enqueue(heard);
        foreach (var digit in digits) keys.TryWrite(digit);
    }

    private Task<bool> TellDigitsAsync()
    {
        _digitPause.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (!_options.TellDigits)
        {
            _digits.Clear();
            return Task.FromResult(true);
        }

        var text = $"(The caller pressed {_digits} on the keys of the phone.)";
        _digits.Clear();
        return AnswerAsync(text);
    }

    /// <summary>A limit ends the call; the conversation with it.</summary>
    private async Task<bool> EndAsync(string reason)
    {
        Disarm();
        await EndReplyAsync().ConfigureAwait(false);
        try
        {
            if (!string.IsNullOrEmpty(_options.Farewell))
            {
                Say(_options.Farewell, "farewell");
                await _player.WhenHeardAsync(_stop.Token).ConfigureAwait(false);
            }

            await _actions.HangUpAsync(reason, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException) // an application's code
        {
            Post(new SpeechProblem("llm", $"the call could not be ended: {error.Message}"));
        }

        return false;
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

    private sealed record KeyPressed(char Digit) : SpeechEvent;

    private sealed record KeysWanted : SpeechEvent;

    private sealed record Interrupted(Interruption? Heard) : SpeechEvent;

    private sealed record NumberEnded : SpeechEvent;

    private sealed record SilencePassed : SpeechEvent;

    private sealed record TimeUp : SpeechEvent;

    private sealed record ReplyOver : SpeechEvent;
}
