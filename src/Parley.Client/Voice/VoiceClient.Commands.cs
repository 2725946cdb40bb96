using System.Text.Json;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;

namespace Parley.Client.Voice;

/// <content>
/// A method for each command. Each returns when the command is sent; what comes of it is told by events, what cannot be done by an <see cref="ErrorEvent"/>. Each throws
/// <see cref="IOException"/> when the session is over.
/// </content>
public sealed partial class VoiceClient
{
    private long _playbacks;

    /// <summary>Calls somebody and waits for the answer.</summary>
    /// <param name="option">Whom, and what the call is made of.</param>
    /// <param name="cancel">Gives up, and hangs up.</param>
    /// <exception cref="VoiceCallException">The call was refused, or could not be made.</exception>
    public Task<AnswerEvent> InviteAsync(CallOption option, CancellationToken cancel = default) => SetUpAsync(new InviteCommand { Option = option }, cancel);

    /// <summary>Answers the incoming call of this session and waits until it is up.</summary>
    /// <param name="option">What the call is made of. Default: speech of espeak-ng, nothing else.</param>
    /// <param name="cancel">Gives up, and hangs up.</param>
    /// <exception cref="VoiceCallException">There is no such call, or it is over.</exception>
    public Task<AnswerEvent> AcceptAsync(CallOption? option = null, CancellationToken cancel = default) => SetUpAsync(new AcceptCommand { Option = option ?? new() }, cancel);

    /// <summary>Tells the caller that it rings.</summary>
    /// <param name="ringtone">File or URL he hears instead of his phone's ringing; null for none.</param>
    /// <param name="recorder">Records from now on; null for not.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task RingAsync(string? ringtone = null, RecorderOption? recorder = null, CancellationToken cancel = default) =>
        SendAsync(new RingingCommand { Ringtone = ringtone, Recorder = recorder }, cancel);

    /// <summary>Refuses the incoming call of this session.</summary>
    /// <param name="reason">Why; becomes the reason phrase.</param>
    /// <param name="code">Status, 400–699; null for 486 when the reason speaks of being busy, else 603.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task RejectAsync(string reason, int? code = null, CancellationToken cancel = default) =>
        SendAsync(new RejectCommand { Reason = reason, Code = code }, cancel);

    /// <summary>Says a text: behind what the same play id has to say, or in the place of another's.</summary>
    /// <param name="text">The text.</param>
    /// <param name="playId">Name of the playback, in its events; none is a name, too.</param>
    /// <param name="autoHangup">Hangs up when all of it has been heard.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task SpeakAsync(string text, string? playId = null, bool autoHangup = false, CancellationToken cancel = default) =>
        SendAsync(new TtsCommand { Text = text, PlayId = playId, AutoHangup = autoHangup, EndOfStream = true }, cancel);

    /// <summary>Says a text, with everything that can be said about how.</summary>
    /// <param name="command">The text, voice, playback, …</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task SpeakAsync(TtsCommand command, CancellationToken cancel = default) => SendAsync(command, cancel);

    /// <summary>Says a piece of a text that comes in pieces, as from a language model.</summary>
    /// <param name="text">The piece, with the spaces it has; empty for a mere end.</param>
    /// <param name="playId">Name of the playback: the same for all pieces.</param>
    /// <param name="isLast">Whether nothing more comes.</param>
    /// <param name="autoHangup">Hangs up when all of it has been heard.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task SpeakPieceAsync(string text, string playId, bool isLast = false, bool autoHangup = false, CancellationToken cancel = default) =>
        SendAsync(new TtsCommand { Text = text, PlayId = playId, Streaming = true, EndOfStream = isLast, AutoHangup = autoHangup }, cancel);

    /// <summary>Says a text and waits until it has been heard, or cut.</summary>
    /// <param name="text">The text.</param>
    /// <param name="cancel">Gives up waiting; the text goes on.</param>
    /// <returns>How long it was heard.</returns>
    /// <exception cref="VoiceCallException">The call ended before.</exception>
    public async Task<TrackEndEvent> SpeakToEndAsync(string text, CancellationToken cancel = default)
    {
        var id = NextPlayback();
        var ended = WaitForAsync<TrackEndEvent>(end => end.PlayId == id, cancel);
        await SpeakAsync(text, id, cancel: cancel).ConfigureAwait(false);
        return await ended.ConfigureAwait(false);
    }

    /// <summary>Plays a file of the server's, <c>tone:HZ</c>, or a URL.</summary>
    /// <param name="url">Which.</param>
    /// <param name="autoHangup">Hangs up when all of it has been heard.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task PlayAsync(string url, bool autoHangup = false, CancellationToken cancel = default) => SendAsync(new PlayCommand { Url = url, AutoHangup = autoHangup }, cancel);

    /// <summary>Plays a file or URL, with everything that can be said about how.</summary>
    /// <param name="command">What, from where on, how loud, beneath speech or not, …</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task PlayAsync(PlayCommand command, CancellationToken cancel = default) => SendAsync(command, cancel);

    /// <summary>Plays a file or URL and waits until it has been heard, or cut.</summary>
    /// <param name="url">Which.</param>
    /// <param name="cancel">Gives up waiting; it plays on.</param>
    /// <returns>How long it was heard.</returns>
    /// <exception cref="VoiceCallException">The call ended before.</exception>
    public async Task<TrackEndEvent> PlayToEndAsync(string url, CancellationToken cancel = default)
    {
        var id = NextPlayback();
        var ended = WaitForAsync<TrackEndEvent>(end => end.PlayId == id, cancel);
        await PlayAsync(new PlayCommand { Url = url, PlayId = id }, cancel).ConfigureAwait(false);
        return await ended.ConfigureAwait(false);
    }

    /// <summary>Cuts what is said or played.</summary>
    /// <param name="graceful">Lets the text being said come to its end; only where it was not said in pieces.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task InterruptAsync(bool graceful = false, CancellationToken cancel = default) => SendAsync(new InterruptCommand { Graceful = graceful }, cancel);

    /// <summary>Cuts what is said or played, with everything that can be said about how.</summary>
    /// <param name="command">Which playback, how fast it falls silent, …</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task InterruptAsync(InterruptCommand command, CancellationToken cancel = default) => SendAsync(command, cancel);

    /// <summary>Asks to be told, by a <c>mark</c> event, when all that was said and played in the foreground up to now is over.</summary>
    /// <param name="name">What the event will be called by.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task MarkAsync(string name, CancellationToken cancel = default) => SendAsync(new MarkCommand { Name = name }, cancel);

    /// <summary>Gives a realtime model the result of a function it called (<c>functionCall</c> event).</summary>
    /// <param name="callId">The event's call id.</param>
    /// <param name="output">The result: text, or JSON as text.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task ReturnFunctionAsync(string callId, string output, CancellationToken cancel = default) => SendAsync(new FunctionResultCommand { CallId = callId, Output = output }, cancel);

    /// <summary>Holds what is said or played.</summary>
    /// <param name="playId">Only the playback of this name; null for what sounds in the foreground.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task PauseAsync(string? playId = null, CancellationToken cancel = default) => SendAsync(new PauseCommand { PlayId = playId }, cancel);

    /// <summary>Lets it go on.</summary>
    /// <param name="playId">Only the playback of this name; null for what sounds in the foreground.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task ResumeAsync(string? playId = null, CancellationToken cancel = default) => SendAsync(new ResumeCommand { PlayId = playId }, cancel);

    /// <summary>Sets how loud a playback is.</summary>
    /// <param name="playId">Which one.</param>
    /// <param name="decibels">-60 to 20; 0 is as it came.</param>
    /// <param name="fade">How long the change takes.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task SetVolumeAsync(string playId, double decibels, TimeSpan fade = default, CancellationToken cancel = default) =>
        SendAsync(new VolumeCommand { PlayId = playId, Gain = decibels, FadeMs = fade > TimeSpan.Zero ? (uint)fade.TotalMilliseconds : null }, cancel);

    /// <summary>Silences a track.</summary>
    /// <param name="trackId">The session's id for what the other side says, the server-side track for what it hears; null for both.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task MuteAsync(string? trackId = null, CancellationToken cancel = default) => SendAsync(new MuteCommand { TrackId = trackId }, cancel);

    /// <summary>Ends that.</summary>
    /// <param name="trackId">As for <see cref="MuteAsync"/>.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task UnmuteAsync(string? trackId = null, CancellationToken cancel = default) => SendAsync(new UnmuteCommand { TrackId = trackId }, cancel);

    /// <summary>Presses keys.</summary>
    /// <param name="digits">0–9, *, #, A–D; at most 64.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task SendDigitsAsync(string digits, CancellationToken cancel = default) => SendAsync(new SendDtmfCommand { Digits = digits }, cancel);

    /// <summary>Presses keys, with everything that can be said about how.</summary>
    /// <param name="command">Which, how long, by which method.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task SendDigitsAsync(SendDtmfCommand command, CancellationToken cancel = default) => SendAsync(command, cancel);

    /// <summary>Begins, holds, continues or ends a recording.</summary>
    /// <param name="command">Which of these, and into which file. Default: begins one.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task RecordAsync(RecordCommand? command = null, CancellationToken cancel = default) => SendAsync(command ?? new(), cancel);

    /// <summary>Puts the other side on hold.</summary>
    /// <param name="music">File or URL heard meanwhile; null for silence.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task HoldAsync(string? music = null, CancellationToken cancel = default) => SendAsync(new HoldCommand { OnHold = true, Music = music }, cancel);

    /// <summary>Takes the other side off hold.</summary>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task UnholdAsync(CancellationToken cancel = default) => SendAsync(new HoldCommand { OnHold = false }, cancel);

    /// <summary>Connects the call with somebody else. What becomes of it is told by events whose <see cref="LegEvent.Refer"/> is true.</summary>
    /// <param name="callee">Whom: a SIP URI.</param>
    /// <param name="options">How; null for the defaults: the server calls him, and the call ends with his.</param>
    /// <param name="caller">Who calls him; null for the caller of this call.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task ReferAsync(string callee, ReferOption? options = null, string? caller = null, CancellationToken cancel = default) =>
        SendAsync(new ReferCommand { Caller = caller ?? "", Callee = callee, Options = options }, cancel);

    /// <summary>Says how a transfer goes that the other side asked for (<c>transferRequest</c>); told to it by NOTIFY.</summary>
    /// <param name="code">Status: 100–199 while it goes on, 200 when the new party has answered, 300–699 when it failed.</param>
    /// <param name="reason">The text of it. Default the standard one.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task ReportTransferAsync(int code, string? reason = null, CancellationToken cancel = default) =>
        SendAsync(new ReportTransferCommand { Code = code, Reason = reason }, cancel);

    /// <summary>Lets the other sides of two sessions hear each other.</summary>
    /// <param name="sessionId">The other session: its <see cref="Id"/>.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task BridgeAsync(string sessionId, CancellationToken cancel = default) => SendAsync(new BridgeCommand { TargetSessionId = sessionId }, cancel);

    /// <summary>Ends that.</summary>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task UnbridgeAsync(CancellationToken cancel = default) => SendAsync(new UnbridgeCommand(), cancel);

    /// <summary>Sends a text to the other side, a MESSAGE within the call.</summary>
    /// <param name="body">The text.</param>
    /// <param name="contentType">Its type; null for plain text.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task SendMessageAsync(string body, string? contentType = null, CancellationToken cancel = default) =>
        SendAsync(new MessageCommand { Body = body, ContentType = contentType }, cancel);

    /// <summary>Writes something into the history of the call; it is told as an <see cref="AddHistoryEvent"/>.</summary>
    /// <param name="speaker">Who said it.</param>
    /// <param name="text">What was said.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task AddHistoryAsync(string speaker, string text, CancellationToken cancel = default) => SendAsync(new HistoryCommand { Speaker = speaker, Text = text }, cancel);

    /// <summary>Tells something of one's own to everybody who follows the session, as a <see cref="CustomEvent"/>.</summary>
    /// <param name="data">Anything.</param>
    /// <param name="sender">Who says so; null for nobody.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task SendCustomAsync(JsonElement data, string? sender = null, CancellationToken cancel = default) => SendAsync(new CustomCommand { Data = data, Sender = sender }, cancel);

    /// <summary>Hands on a further address of a browser's, found after its offer.</summary>
    /// <param name="command">The candidate.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task AddIceCandidateAsync(AddIceCandidateCommand command, CancellationToken cancel = default) => SendAsync(command, cancel);

    /// <summary>Ends the call; the session's last event tells so.</summary>
    /// <param name="reason">Why, for that event; null for none.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task HangUpAsync(string? reason = null, CancellationToken cancel = default) => SendAsync(new HangupCommand { Reason = reason }, cancel);

    /// <summary>Ends the call, or the one a refer made, with everything that can be said about how.</summary>
    /// <param name="command">Why, whose doing, headers of the BYE, …</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task HangUpAsync(HangupCommand command, CancellationToken cancel = default) => SendAsync(command, cancel);

    // Beside names an application may give.
    private string NextPlayback() => $"{Id}/{Interlocked.Increment(ref _playbacks)}";
}
