using Parley.Net;
using Parley.Testing.Agents;
using Parley.Testing.Expectations;
using Parley.Testing.Local;

namespace Parley.Testing.Fixtures;

/// <summary>
/// Agents and a server for one test of any test framework. What they said to each other, in SIP and in audio, is kept where a test fails, and thrown away where it does not.
/// </summary>
/// <example>
/// <code>
/// [Fact]
/// public Task Two_phones_talk() => PhoneBench.RunAsync(async bench =>
/// {
///     var (alice, bob) = (await bench.AddAsync("alice"), await bench.AddAsync("bob"));
///     await alice.DialAsync(bob);
///     await bench.UntilAsync(() => Expect.That(bob.State).IsEqualTo(AgentState.Ringing));
///     await bob.AcceptAsync();
///     await alice.VerifyAudioConnectionAsync(bob);
/// });
/// </code>
/// </example>
public sealed class PhoneBench : IAsyncDisposable
{
    private const string AgentHost = "10.0.0.2";
    private const string ServerHost = "10.0.0.1";
    private const string Loopback = "127.0.0.1";

    private readonly PhoneBenchOptions _options;
    private readonly VirtualNetwork? _network;
    private readonly BenchTrace _trace = new();
    private LocalServer? _server;
    private bool _kept;
    private bool _disposed;

    private PhoneBench(PhoneBenchOptions options)
    {
        _options = options;
        _network = options.Virtual ? new VirtualNetwork() : null;
        var root = options.ArtifactsFolder ?? Path.Combine(Path.GetTempPath(), "parley-tests");
        Folder = Path.Combine(root, $"{string.Concat(options.Name.Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' ? c : '_'))}-{Guid.NewGuid().ToString("n")[..8]}");
        Directory.CreateDirectory(Folder);
        Session = new AgentSession(options.Session with
        {
            Network = _network?.Host(AgentHost),
            BindHost = _network is null ? Loopback : AgentHost,
            AudioFolder = Folder,
            Direct = options.Session.Direct || !options.Server,
            Trace = options.Session.Trace is { } further ? new Sip.Transport.CombinedSipTrace(_trace, further) : _trace,
        });
    }

    /// <summary>The agents.</summary>
    public AgentSession Session { get; }

    /// <summary>The server.</summary>
    /// <exception cref="InvalidOperationException">The bench was set up without one.</exception>
    public LocalServer Server => _server ?? throw new InvalidOperationException("This bench has no server; PhoneBenchOptions.Server gives it one.");

    /// <summary>The clock.</summary>
    public TimeProvider Time => Session.Time;

    /// <summary>Where recordings are, and the trace when the test has failed.</summary>
    public string Folder { get; }

    /// <summary>Sets one up with real sockets. Disposing it ends everything; what it recorded goes, unless <see cref="Keep"/> was called.</summary>
    /// <exception cref="ArgumentException">A virtual network needs somebody who moves its clock: <see cref="RunAsync"/>.</exception>
    public static Task<PhoneBench> StartAsync(PhoneBenchOptions? options = null)
    {
        options ??= new();
        if (options.Virtual)
            throw new ArgumentException("A virtual network needs somebody who moves its clock; use RunAsync.", nameof(options));
        return OpenAsync(options);
    }

    /// <summary>Sets one up, runs a test with it, and ends everything, whatever the test threw.</summary>
    /// <param name="body">The test.</param>
    /// <param name="options">Virtual or real, with a server or without. Default: that type's defaults.</param>
    /// <exception cref="PhoneBenchException">The test threw; the message says where trace and recordings are.</exception>
    public static Task RunAsync(Func<PhoneBench, Task> body, PhoneBenchOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        options ??= new();
        return options.Virtual ? Task.Run(() => RunVirtual(body, options)) : RunRealAsync(body, options);
    }

    /// <summary>An agent of the bench's own server, that has registered; without a server one that is called directly.</summary>
    /// <param name="name">Its name, and its user name in lower case.</param>
    /// <param name="change">Changes what it is. Default nothing.</param>
    public async Task<Agent> AddAsync(string name, Func<AgentOptions, AgentOptions>? change = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var options = new AgentOptions { Username = name.ToLowerInvariant(), Domain = _server?.Domain ?? "bench.invalid", RegInt = _server is null ? 0 : 3600 };
        var agent = await Session.CreateAsync(name, change?.Invoke(options) ?? options).ConfigureAwait(false);
        if (agent.Options.RegInt > 0)
            await UntilAsync(() => Expect.That(agent.Registered, $"{name} registered").IsTrue(), TimeSpan.FromSeconds(10)).ConfigureAwait(false);
        return agent;
    }

    /// <summary>Waits until a closure throws no <see cref="NotYetException"/> any more.</summary>
    /// <param name="closure">What is expected.</param>
    /// <param name="within">How long. Default 15 s.</param>
    public Task UntilAsync(Action closure, TimeSpan? within = null) => Wait.UntilAsync(closure, within ?? TimeSpan.FromSeconds(15), time: Time);

    /// <summary>Lets time pass.</summary>
    public Task DelayAsync(TimeSpan time) => Task.Delay(time, Time);

    /// <summary>Writes the trace beside the recordings, and keeps both.</summary>
    public void Keep()
    {
        _kept = true;
        _trace.Write(Path.Combine(Folder, "trace.txt"));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await Session.DisposeAsync().ConfigureAwait(false);
        if (_server is not null)
            await _server.DisposeAsync().ConfigureAwait(false);
        if (!_kept)
            Directory.Delete(Folder, recursive: true);
    }

    private static async Task<PhoneBench> OpenAsync(PhoneBenchOptions options)
    {
        var bench = new PhoneBench(options);
        if (options.Server)
        {
            bench._server = await LocalServer.StartAsync(new LocalServerOptions
            {
                Network = bench._network?.Host(ServerHost),
                Host = bench._network is null ? Loopback : ServerHost,
                Trace = bench._trace,
                Logging = options.Session.Logging,
            }).ConfigureAwait(false);
        }

        return bench;
    }

    private static async Task RunRealAsync(Func<PhoneBench, Task> body, PhoneBenchOptions options)
    {
        var bench = await OpenAsync(options).ConfigureAwait(false);
        await bench.ProveAsync(body).ConfigureAwait(false);
    }

    private static void RunVirtual(Func<PhoneBench, Task> body, PhoneBenchOptions options)
    {
        var bench = new PhoneBench(options);
        bench._network!.Run(
            async () =>
            {
                if (options.Server)
                    bench._server = await LocalServer.StartAsync(new LocalServerOptions { Network = bench._network.Host(ServerHost), Host = ServerHost, Trace = bench._trace });
                await bench.ProveAsync(body);
            },
            options.VirtualLimit);
    }

    private async Task ProveAsync(Func<PhoneBench, Task> body)
    {
        await using (this.ConfigureAwait(false))
        {
            try
            {
                await body(this).ConfigureAwait(false);
            }
            catch (Exception e) when (!IsSkip(e)) // the boundary to the test: what it throws is told, with where to look
            {
                Keep();
                throw new PhoneBenchException($"{e.Message}\nSIP trace and recordings: {Folder}", e);
            }
        }
    }

    // How xunit's Assert.Skip is told from a failure: it is to reach the framework as it is.
    private static bool IsSkip(Exception e) => e is OperationCanceledException || e.Message.StartsWith("$XunitDynamicSkip$", StringComparison.Ordinal);
}

/// <summary>A test on a <see cref="PhoneBench"/> has failed.</summary>
public sealed class PhoneBenchException : Exception
{
    /// <summary>Creates it.</summary>
    /// <param name="message">What failed, and where trace and recordings are.</param>
    /// <param name="inner">What the test threw.</param>
    public PhoneBenchException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
