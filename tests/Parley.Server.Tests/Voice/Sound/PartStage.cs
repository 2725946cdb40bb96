using Parley.Contracts.Voice.Events;
using Parley.Media.Audio;
using Parley.Media.Files;
using Parley.Media.Rtp;
using Parley.Server.Voice;
using Parley.Server.Voice.Sessions;
using Parley.Server.Voice.Streaming;
using Parley.Speech.Vendors;

namespace Parley.Server.Tests.Voice.Sound;

/// <summary>What the parts of a session stand on, without a session: its context with a clock that is told, its call, a line that the test moves, and all that is told.</summary>
internal sealed class PartStage : IAsyncDisposable
{
    private readonly UserAgent _agent;
    private readonly SpeechConnections _connections;
    private readonly Task _serving;

    private PartStage(UserAgent agent, SpeechConnections connections, string id)
    {
        (_agent, _connections) = (agent, connections);
        Core = new(agent, new() { Speech = SoundCall.Tuned(connections, []), Time = Time });
        Context = new(Core, id, "bot", Told.Add, (reason, initiator) => Told.Add(new HangupEvent { Reason = reason, Initiator = initiator }));
        Call = new(Time.GetUtcNow());
        _serving = Context.ServeAsync();
    }

    public SteppedTime Time { get; } = new();

    public VoiceCore Core { get; }

    public SessionContext Context { get; }

    public SessionCall Call { get; }

    public MovedLine Line { get; } = new();

    /// <summary>Events, and the wish to hang up as a hangup event. To be read when the mailbox rests.</summary>
    public List<VoiceEvent> Told { get; } = [];

    public static async Task<PartStage> StartAsync(string id = "s") => new(await UserAgent.StartAsync(new() { Listen = ["udp://127.0.0.1:0"] }), new(), id);

    /// <summary>A call that nobody has been called for yet.</summary>
    public Task<OutgoingCall> CallAsync(string callee = "sip:phone@127.0.0.1:9") => Core.Agent.CreateCallAsync(callee, new() { Caller = "sip:us@127.0.0.1" });

    /// <summary>Waits for an event of a kind.</summary>
    public async Task<T> ToldAsync<T>()
        where T : VoiceEvent
    {
        T? found = null;
        for (var clock = System.Diagnostics.Stopwatch.StartNew(); found is null; await Task.Delay(5))
        {
            await Context.RunAsync(() => found = Told.OfType<T>().FirstOrDefault());
            Assert.True(found is not null || clock.Elapsed < TimeSpan.FromSeconds(30), $"No {typeof(T).Name} was told within 30 s, but: {string.Join("; ", Told)}");
        }

        return found;
    }

    /// <summary>Does something in the mailbox, with what that puts in behind itself.</summary>
    public async Task DoAsync(Action action)
    {
        await Context.RunAsync(action);
        for (var i = 0; i < 3; i++)
            await Context.RunAsync(() => { });
    }

    public async ValueTask DisposeAsync()
    {
        await Context.RunAsync(Context.Close);
        await _serving;
        Context.Dispose();
        Core.Dispose();
        _connections.Dispose();
        await _agent.DisposeAsync();
    }

    /// <summary>A line at 8 kHz whose clock is the test.</summary>
    internal sealed class MovedLine : IVoiceLine
    {
        private IAudioSource? _said;

        /// <summary>Who hears it now.</summary>
        public List<IAudioSink> Heard { get; } = [];

        public int SampleRate => 8000;

        public long Received => 0;

        public ILinePlayback Play(IAudioSource source)
        {
            _said = source;
            return new LinePlayback(source);
        }

        public IDisposable Listen(IAudioSink sink)
        {
            Heard.Add(sink);
            return new Leaving(() => Heard.Remove(sink));
        }

        public IDisposable WatchDigits(Action<DtmfDigit> pressed) => new Leaving(() => { });

        public IAsyncDisposable Record(WavRecorder recorder) => throw new NotSupportedException();

        public Task SendDigitsAsync(string digits, DtmfOptions? options, CancellationToken cancel) => Task.CompletedTask;

        /// <summary>20 ms pass: what is said in them.</summary>
        public int Tick() => _said!.Read(new short[160]);
    }

    private sealed class Leaving(Action leave) : IDisposable
    {
        public void Dispose() => leave();
    }
}
