using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;
using Parley.Server.Voice.Streaming;

namespace Parley.Server.Voice.Sessions;

/// <content>Audio that rides sockets, the session's own and others'.</content>
internal sealed partial class VoiceSession
{
    // As many as a program that streams audio by tenths of a second sets in half a minute.
    private const int MaxMarks = 300;

    private volatile SocketLine? _socketLine;
    private SessionStreams? _streams;
    private Task _opening = Task.CompletedTask; // of what is to be played
    private int _marks;
    private int _hasWrongAudio;

    /// <summary>Whether frames of audio to the client begin with the index of their track; set before anything is sent.</summary>
    public bool HasBinaryHeader { get; init; }

    /// <summary>Audio the socket sends, besides <see cref="Box"/>.</summary>
    public AudioFrames Frames { get; }

    // What is spoken into and heard: the call or the socket, once there is audio.
    private IVoiceLine? Line { get; set; }

    private SessionStreams Streams => _streams ??= new(_core, Id, _botTrack, Frames, () => _isDeaf, happened => Post(() => Tell(happened)));

    /// <summary>Takes audio from the socket.</summary>
    public void Hear(ReadOnlySpan<byte> bytes)
    {
        if (_socketLine is { } line)
            line.Receive(bytes);
        else if (Interlocked.Exchange(ref _hasWrongAudio, 1) == 0)
            Post(() => Fail("audio", Kind == VoiceKind.WebSocket ? "Audio came before the answer to invite; it is lost." : "This call's audio does not go over the socket; what came is left out."));
    }

    private void StartSocket(CallOption option)
    {
        _option = option;
        _recorder = option.Recorder;
        var codec = SocketCodec.Of(option.Codec);
        if (codec is null)
        {
            _held.Add(new("option.codec", $"'{option.Codec}' is none; there are pcm, pcmu, pcma and g722. It is pcm now."));
            codec = SocketCodec.Of("pcm")!;
        }

        if (option.Subscribe == true)
            _held.Add(new("option.subscribe", "the audio of this session goes over its socket already."));
        _answered = Now;
        var line = new SocketLine(codec, Frames, HasBinaryHeader, _core.Options.Limits, _core.Options.Time, Streams.TellGap);
        _socketLine = line;
        Line = line;
        Tell(new TrackStartEvent { TrackId = Id });
        Tell(new AnswerEvent { TrackId = Id, Sdp = "" });
        OpenAudio();
        TellHeld();
        DoEarly();
    }

    private void EndSocket()
    {
        EndAudio();
        WhenRecorded(SocketEnded);
    }

    private void SocketEnded()
    {
        if (_isOver)
            return;
        _socketLine?.Dispose();
        Tell(new TrackEndEvent { TrackId = Id, Duration = (long)(Now - _answered!.Value).TotalMilliseconds });
        var (reason, initiator) = _why ?? ("ByCaller", "caller");
        Finish(new HangupEvent
        {
            TrackId = Id, Reason = WordOf(reason), Initiator = initiator, Code = 200,
            StartTime = Text(_started), HangupTime = Text(Now), AnswerTime = Text(_answered.Value),
            From = Named(_option.Caller), To = Named(_option.Callee), Extra = Extra(null, null),
        });

        static Attendee? Named(string? who) => string.IsNullOrEmpty(who) ? null : new() { Source = who };
    }

    private async Task CloseStreamsAsync()
    {
        if (_streams is { } streams)
            await streams.DisposeAsync();
        _socketLine?.Dispose();
    }

    private void ReturnResult(FunctionResultCommand command)
    {
        if (_streams?.TryReturn(command.CallId, command.Output) != true)
            Fail("functionResult", $"callId: no function call '{command.CallId}' waits for a result.");
    }

    private void Mark(MarkCommand command)
    {
        if (!HasAudio("mark"))
            return;
        if (_marks >= MaxMarks)
        {
            Fail("mark", $"More than {MaxMarks} wait to be heard.");
            return;
        }

        _marks++;
        var opening = _opening;
        Begin("mark", async () =>
        {
            // What is to be played may still be on its way here, and is put in from the mailbox.
            await opening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Post(() => Begin("mark", async () =>
            {
                var heard = await _chain!.Player.MarkAsync(_ending.Token);
                Post(() =>
                {
                    _marks--;
                    Tell(new MarkEvent { TrackId = _botTrack, Name = command.Name, Heard = heard });
                });
            }));
        });
    }
}
