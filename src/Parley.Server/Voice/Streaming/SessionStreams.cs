using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;
using Parley.Server.Voice.Sessions;
using Parley.Speech;
using Parley.Speech.Output;
using Parley.Speech.Realtime;

namespace Parley.Server.Voice.Streaming;

/// <summary>Sockets beside a session's chain: a copy of a call's audio for its own, the audio passed to somebody else's, a model that leads the call. Its owner's mailbox runs everything here.</summary>
/// <param name="context">The session.</param>
/// <param name="frames">What its socket sends.</param>
/// <param name="isDeaf">Whether the other side is muted; asked by the clock of the audio.</param>
internal sealed class SessionStreams(SessionContext context, AudioFrames frames, Func<bool> isDeaf) : IAsyncDisposable
{
    private readonly List<IDisposable> _hearing = [];
    private IAsyncDisposable? _subscription;
    private MediaPass? _pass;
    private RealtimeModel? _model;

    /// <summary>Opens what the options ask for, and is not open.</summary>
    /// <param name="option">The call's options.</param>
    /// <param name="line">Its audio.</param>
    /// <param name="chain">Its speech.</param>
    /// <param name="problems">Takes what cannot be honoured.</param>
    public void Open(CallOption option, IVoiceLine line, SpeechChain chain, List<VoiceProblem> problems)
    {
        if (option.Subscribe == true && line is CallLine call)
            _subscription ??= call.Copy(new Subscription(frames, isDeaf, TellGap));
        if (option.MediaPass is { } pass && _pass is null)
            Pass(pass, line, chain, problems);
        if (option.Realtime is { } realtime && _model is null)
            Lead(realtime, line, chain, problems);
    }

    /// <summary>What others say has been cut, too.</summary>
    public void Interrupt() => _pass?.Said.Clear();

    /// <summary>Gives the model the result of a function; false when none waits for it.</summary>
    public bool TryReturn(string callId, string output) => _model?.TryReturn(callId, output) == true;

    /// <summary>Tells that audio was not heard as it was sent.</summary>
    public void TellGap(string reason, TimeSpan time) =>
        Tell(new AudioGapEvent { TrackId = reason == "slowReader" ? context.BotTrack : context.Id, Reason = reason, Duration = (long)time.TotalMilliseconds });

    /// <summary>Before the chain is disposed of.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var one in _hearing)
            one.Dispose();
        if (_model is not null)
            await _model.DisposeAsync();
        if (_pass is not null)
            await _pass.DisposeAsync();
        if (_subscription is not null)
            await _subscription.DisposeAsync();
    }

    private void Pass(MediaPassOption option, IVoiceLine line, SpeechChain chain, List<VoiceProblem> problems)
    {
        if (MediaPassPlan.Of(option, context.Id, problems) is not { } plan)
            return;
        var sender = $"media_pass: {plan.Name}";
        if (!MayReach(plan.Address, sender))
            return;
        _pass = new(plan, context.Core.Options.Urls.CreateHandler(), context.Core.Options.Limits, context.Core.Options.Time, (problem, code) => Fail(sender, problem, code));
        _hearing.Add(line.Listen(new MutableSink(_pass.Heard, isDeaf)));
        // Beside what commands say, which it makes way for.
        chain.Output.Play(_pass.Said, new() { Role = LayerRole.Background });
        Tell(new TrackStartEvent { TrackId = context.BotTrack });
    }

    private void Lead(RealtimeOption option, IVoiceLine line, SpeechChain chain, List<VoiceProblem> problems)
    {
        if (RealtimePlan.Of(option, problems) is not { } plan || (plan.Endpoint is { } endpoint && !MayReach(endpoint, "realtime")))
            return;
        // To a server the client names only by addresses that were judged.
        var connections = plan.Endpoint is null ? context.Core.Speech.Connections : context.Core.Addresses.Connections;
        _model = new(context.Core.Speech.Realtime(plan), chain, connections, context.Core.Options.Time);
        _hearing.Add(line.Listen(new MutableSink(_model.Input, isDeaf)));
    }

    private bool MayReach(Uri url, string sender)
    {
        if (context.Core.Options.Urls.Allows(url, out var refusal))
            return true;
        Fail(sender, refusal, null);
        return false;
    }

    private void Fail(string sender, string problem, int? code) => Tell(new ErrorEvent { TrackId = context.Id, Sender = sender, Error = problem, Code = code });

    // From any thread.
    private void Tell(VoiceEvent happened) => context.Post(() => context.Tell(happened));
}
