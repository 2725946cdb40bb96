using Parley.Dialogs;
using Parley.Media.Files;
using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley.BackToBack;

/// <summary>
/// Two legs that are one call: what happens on one happens on the other, by the policies of <see cref="B2buaOptions"/>; when one ends, so does the other. Members may be
/// used from any thread. Disposing it ends both.
/// </summary>
public sealed partial class B2bua : IAsyncDisposable
{
    private readonly DialogAgent _agent;
    private readonly B2buaOptions _options;
    private readonly Lane _home;
    private readonly SdpPipe _pipe;
    private volatile Anchor? _anchor;
    private AnchorOptions? _audio;
    private readonly EndSignal _ended;
    private readonly TaskCompletionSource<CallEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HandlerOwner? _handlersA;
    private HandlerOwner? _handlersB;
    private InviteDialog _a = null!; // linked before anybody sees the pair
    private InviteDialog _b = null!;

    internal B2bua(DialogAgent agent, B2buaOptions options, Lane home, SdpPipe pipe, Anchor? anchor)
    {
        _agent = agent;
        _ended = new EndSignal(agent.Logger);
        _home = home;
        _options = options;
        _pipe = pipe;
        _anchor = anchor;
        _audio = options.Media;
    }

    /// <summary>The leg of the one who called, or of who took their place.</summary>
    public InviteDialog Uas => Volatile.Read(ref _a);

    /// <summary>The leg of the one who was called, or of who took their place.</summary>
    public InviteDialog Uac => Volatile.Read(ref _b);

    /// <summary>Fires when either leg has ended and nobody took its place: the other one is being ended then.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>How it ended; null while it has not.</summary>
    public CallEnd? End => _end.Task.IsCompletedSuccessfully ? _end.Task.Result : null;

    /// <summary>True when the audio is relayed here.</summary>
    public bool IsAnchored => _anchor is not null;

    /// <summary>Waits for the end, whoever ends it.</summary>
    public Task<CallEnd> WaitForEndAsync(CancellationToken cancel = default) => _end.Task.WaitAsync(cancel);

    /// <summary>Ends both legs. Does nothing when they are over.</summary>
    /// <param name="reason">Text of a Reason header (RFC 3326). Default none.</param>
    /// <exception cref="ArgumentException">A line break in <paramref name="reason"/>.</exception>
    public async Task DestroyAsync(string? reason = null)
    {
        await Uas.DestroyAsync(reason).ConfigureAwait(false);
        await Uac.DestroyAsync(reason).ConfigureAwait(false);
        await _end.Task.ConfigureAwait(false);
    }

    /// <summary>Records an anchored call to a 16-bit WAV file: left what A says, right what B says. The end of the call ends it; disposing the result flushes it.</summary>
    /// <param name="file">Path; a file that is there is replaced.</param>
    /// <param name="options">Sample rate, layout. Default stereo at the codec's rate.</param>
    /// <exception cref="InvalidOperationException">The audio is not relayed here.</exception>
    /// <exception cref="CallMediaException">There is no audio yet.</exception>
    /// <exception cref="IOException">The file cannot be created.</exception>
    public CallRecording Record(string file, WavRecorderOptions? options = null)
    {
        if (_anchor is null)
            throw new InvalidOperationException("The audio of this call goes between the phones: set B2buaOptions.Media to relay it here.");
        var media = Uas.Media;
        return media is { IsOpen: true, Stream: { } stream } ? CallRecording.Start(stream, file, options) : throw CallMediaException.NotOpen();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await DestroyAsync().ConfigureAwait(false);

    /// <summary>The legs are known and both up; on their lane.</summary>
    internal void Link(InviteDialog a, InviteDialog b, TaskCompletionSource<B2bua>? untilConfirmed)
    {
        _a = a;
        _b = b;
        _untilConfirmed = untilConfirmed;
        _delayed = untilConfirmed is not null;
        Join(a, b);
        b.Hand(this);
        if (b.End is { } end)
            EndOther(b, end, null);
    }

    internal DialogAgent Agent => _agent;

    internal B2buaOptions Options => _options;

    internal Anchor? Anchor => _anchor;

    private static void Join(InviteDialog a, InviteDialog b)
    {
        a.Other = b;
        b.Other = a;
    }

    private InviteDialog OtherOf(InviteDialog leg) => ReferenceEquals(leg, _a) ? _b : _a;

    private HandlerOwner HandlersOf(InviteDialog leg) => ReferenceEquals(leg, _a)
        ? _handlersA ??= new HandlerOwner(_agent, _options.HandlersA)
        : _handlersB ??= new HandlerOwner(_agent, _options.HandlersB);
}
