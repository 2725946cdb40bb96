using System.Text;
using Parley.Media.Engine;
using Parley.Media.Rtp;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Testing.Agents;

/// <summary>
/// One call of an agent, from its INVITE to after its end: what it can be told, and what it has seen. May be used from any thread.
/// </summary>
public sealed partial class AgentCall
{
    private readonly TimeProvider _time;
    private readonly long _begun;
    private long _answered;
    private long _ended;
    private CallPhase _told = (CallPhase)(-1);
    private readonly Lock _telling = new();
    private readonly List<TransferStatus> _reports = [];

    internal AgentCall(Agent agent, Call call)
    {
        Agent = agent;
        Underlying = call;
        _time = agent.Session.Time;
        _begun = _time.GetTimestamp();
        Started = _time.GetUtcNow();
        _spec = agent.NextAudio;
        Muted = agent.NextMuted;
        Peer = Peer.Of(call.IsIncoming ? call.From : call.To);
        call.Handle(new() { OnHold = (_, _) => Tell() });
    }

    /// <summary>The Call-ID.</summary>
    public string Id => Underlying.Id;

    /// <summary>Whose call it is.</summary>
    public Agent Agent { get; }

    /// <summary>The call below, for those who work at that level.</summary>
    public Call Underlying { get; }

    /// <summary>True when the other side called.</summary>
    public bool IsIncoming => Underlying.IsIncoming;

    /// <summary>The other side.</summary>
    public Peer Peer { get; }

    /// <summary>When its INVITE was sent or came.</summary>
    public DateTimeOffset Started { get; }

    /// <summary>From the INVITE to the answer; null while there is none.</summary>
    public TimeSpan? SetupTime => NoteAnswer() is var at and not 0 ? _time.GetElapsedTime(_begun, at) : null;

    /// <summary>From the answer to the end, or to now; null without an answer.</summary>
    public TimeSpan? Duration => Volatile.Read(ref _answered) is var at and not 0
        ? _time.GetElapsedTime(at, Volatile.Read(ref _ended) is var end and not 0 ? end : _time.GetTimestamp())
        : null;

    /// <summary>Where it stands.</summary>
    public CallPhase Phase
    {
        get
        {
            NoteAnswer();
            if (Underlying.End is not null)
                return CallPhase.Ended;
            return Underlying.State switch
            {
                CallState.Answered => Held ? CallPhase.Held : HeldByPeer ? CallPhase.HeldByPeer : CallPhase.Established,
                CallState.EarlyMedia => CallPhase.EarlyMedia,
                CallState.Ringing => CallPhase.Ringing,
                // The end is about to be told: until then nothing else is known of it.
                CallState.Ended when SetupTime is not null => CallPhase.Established,
                _ => CallPhase.Trying,
            };
        }
    }

    /// <summary>The same as one of three words.</summary>
    public AgentState State => Phase switch
    {
        CallPhase.Ended => AgentState.Idle,
        CallPhase.Trying or CallPhase.Ringing or CallPhase.EarlyMedia => AgentState.Ringing,
        _ => AgentState.Established,
    };

    /// <summary>Why it ended, e.g. <c>486 Busy Here</c> or <c>Connection reset by peer</c>; null while it has not.</summary>
    public string? Reason => Underlying.End is { } end ? EndText.ReasonOf(end) : null;

    /// <summary>SIP status of the response that ended it; null when it was none, or while it has not ended.</summary>
    public int? StatusCode => Underlying.End is { } end ? EndText.StatusOf(end) : null;

    /// <summary>True while this agent holds it.</summary>
    public bool Held => Underlying.IsHolding;

    /// <summary>True while the other side holds it.</summary>
    public bool HeldByPeer => Underlying.IsHeld;

    /// <summary>True while it says nothing.</summary>
    public bool Muted { get; private set; }

    /// <summary>Name of the codec it sends, e.g. <c>PCMU</c>; null before one is agreed on. After the end the last.</summary>
    public string? Codec => (Underlying.Codec ?? _stream?.Negotiated?.Codec)?.Name;

    /// <summary>True when the audio is encrypted. After the end: was.</summary>
    public bool Encrypted => _stream?.Negotiated?.Srtp is not null;

    /// <summary>Name of the suite the audio is encrypted with; null when it is not. After the end the last.</summary>
    public string? CryptoSuite => _stream?.Negotiated?.Srtp?.Suite.Name;

    /// <summary>True when audio came before the answer.</summary>
    public bool EarlyMedia { get; internal set; }

    /// <summary>The digits heard so far.</summary>
    public string ReceivedDtmf
    {
        get
        {
            lock (_digits)
                return new string([.. _digits.Select(digit => digit.Symbol)]);
        }
    }

    /// <summary>The same with how long and in which way.</summary>
    public IReadOnlyList<DtmfDigit> Digits
    {
        get
        {
            lock (_digits)
                return [.. _digits];
        }
    }

    /// <summary>How it sounds; null until packets or reports have come.</summary>
    public Quality? Quality => Statistics is { } statistics ? Quality.Of(statistics) : null;

    /// <summary>The stream's figures; null without audio.</summary>
    public AudioStreamStatistics? Statistics => _stream?.GetStatistics();

    /// <summary>How loud it was, every tenth of a second; empty without audio.</summary>
    public IReadOnlyList<Audio.LevelSample> Levels => _monitor?.Levels ?? [];

    /// <summary>What became of the last transfer asked for here; null without one.</summary>
    public TransferStatus? LastTransfer { get; private set; }

    /// <summary>What the other side reported of that transfer, in order; the last, from 200 up, is what came of it. Empty without one.</summary>
    public IReadOnlyList<TransferStatus> TransferReports
    {
        get
        {
            lock (_reports)
                return [.. _reports];
        }
    }

    /// <summary>Its messages, in order; empty when the session keeps no trace.</summary>
    public IReadOnlyList<TracedMessage> Trace => [.. Agent.TracedOf(Id).Select(one => one.Message)];

    /// <summary>All responses to its INVITEs, sent or received, in order, without 100; repetitions left out.</summary>
    public IReadOnlyList<CallResponse> Responses
    {
        get
        {
            List<CallResponse> responses = [];
            var seen = new HashSet<(int, uint, string)>();
            foreach (var traced in Trace)
            {
                if (AgentTrace.Read(traced) is { IsRequest: false, StatusCode: > 100 } message && message.TryGetCSeq(out var cseq) && cseq.Method == SipMethod.Invite
                    && seen.Add((message.StatusCode, cseq.Number, Encoding.UTF8.GetString(message.ToTag))))
                    responses.Add(new CallResponse(message.StatusCode, Encoding.UTF8.GetString(message.Reason), traced.Time, message));
            }

            return responses;
        }
    }

    /// <summary>The first description that was offered, by whomever; null when none was seen.</summary>
    public string? SdpOffered => Descriptions().Select(one => one.Sdp).FirstOrDefault();

    /// <summary>The first description that answered it; null when none was seen.</summary>
    public string? SdpAnswered
    {
        get
        {
            var all = Descriptions();
            return all.Count == 0 ? null : all.Where(one => one.Ours != all[0].Ours).Select(one => one.Sdp).FirstOrDefault();
        }
    }

    /// <summary>The last description this agent sent; null before one.</summary>
    public string? LocalSdp => Descriptions().Where(one => one.Ours).Select(one => one.Sdp).LastOrDefault();

    /// <summary>The last description the other side sent; null before one.</summary>
    public string? RemoteSdp => Descriptions().Where(one => !one.Ours).Select(one => one.Sdp).LastOrDefault();

    /// <summary>First value of a header of the INVITE; null when it has none.</summary>
    public string? Header(string name) => Underlying.Header(name);

    /// <summary>All headers of the INVITE, each with its values in order.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Headers() => HeadersOf(Underlying.Invite);

    /// <summary>When its end was looked at, by the clock; the greatest of all while nobody has.</summary>
    internal long EndedAt => Volatile.Read(ref _ended) is var at and not 0 ? at : long.MaxValue;

    /// <summary>The INVITE was answered by a rule and not by anybody: this is no call that anybody has.</summary>
    internal bool IsAutomatic { get; set; }

    internal static IReadOnlyDictionary<string, IReadOnlyList<string>> HeadersOf(SipMessage? message)
    {
        var headers = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; message is not null && i < message.HeaderCount; i++)
        {
            var header = message.Header(i);
            var name = Encoding.UTF8.GetString(header.Name);
            if (!headers.TryGetValue(name, out var values))
                headers[name] = values = new List<string>();
            ((List<string>)values).Add(Encoding.UTF8.GetString(header.Value));
        }

        return headers;
    }

    /// <summary>Looks where it stands and tells the session when that has changed.</summary>
    internal void Tell()
    {
        lock (_telling)
        {
            NoteAnswer();
            var phase = Phase;
            if (phase == _told)
                return;
            _told = phase;
            if (phase == CallPhase.Ended)
                Volatile.Write(ref _ended, _time.GetTimestamp());
            if (!IsAutomatic)
                Agent.Session.Tell(new AgentCallChanged(_time.GetUtcNow(), Agent.Name, Id, phase, Reason));
        }
    }

    private List<(bool Ours, string Sdp)> Descriptions()
    {
        List<(bool, string)> found = [];
        foreach (var (ours, traced) in Agent.TracedOf(Id))
        {
            if (AgentTrace.Read(traced) is { Body.IsEmpty: false } message && SdpOf(message) is { } sdp)
                found.Add((ours, sdp));
        }

        return found;
    }

    private static string? SdpOf(SipMessage message)
    {
        var type = message.GetString(HeaderId.ContentType) ?? "";
        return type.StartsWith("application/sdp", StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8.GetString(message.Body) : null;
    }

    // Whoever looks sees the answer before the report of it has come through.
    private long NoteAnswer()
    {
        if (Volatile.Read(ref _answered) == 0 && Underlying.State == CallState.Answered)
            Interlocked.CompareExchange(ref _answered, _time.GetTimestamp(), 0);
        return Volatile.Read(ref _answered);
    }
}
