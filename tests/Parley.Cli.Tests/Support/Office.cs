using System.Text;
using Parley.Cli.Configuration;
using Parley.Cli.Extensions;
using Parley.Cli.Phones;
using Parley.Cli.Terminal;
using Parley.Net;
using Parley.Services.Accounts;
using Parley.Sip.Authentication;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Registrations;
using Parley.Sip.Transport;

namespace Parley.Cli.Tests.Support;

/// <summary>A phone system at 10.0.0.1 with accounts, and phones at other addresses, on a network whose clock moves only when nothing is left to do.</summary>
internal sealed class Office
{
    private readonly StringBuilder _lines = new();
    private readonly List<UserAgent> _phones = [];
    private readonly List<Registration> _registrations = [];

    private Office(VirtualNetwork network) => Network = network;

    public VirtualNetwork Network { get; }

    public PhoneSystem System { get; private set; } = null!;

    public UserAgent Server { get; private set; } = null!;

    public MemoryAccountStore Accounts { get; } = new();

    /// <summary>What was logged; whole once the run has ended.</summary>
    public string Log => _lines.ToString();

    /// <summary>Runs a test with accounts alice, bob and carol, whose passwords are their names; afterwards no call may be left.</summary>
    public static Office Run(Func<Office, Task> body, string settings = "{}")
    {
        var office = new Office(new VirtualNetwork());
        office.Network.Run(() => office.RunAsync(body, SettingsFile.Parse(settings, "parley.json")), TimeSpan.FromHours(3));
        return office;
    }

    /// <summary>A user agent without an account.</summary>
    public async Task<UserAgent> StartAsync(string address, ISipEndpointHandler? services = null, SessionTimerOptions? timers = null)
    {
        var phone = await UserAgent.StartAsync(new()
        {
            Listen = [$"udp:{address}:5060"], Network = Network.Host(address), MediaLanes = 1, Services = services, SessionTimers = timers ?? new(), Methods =
            [
                SipMethod.Invite, SipMethod.Ack, SipMethod.Cancel, SipMethod.Bye, SipMethod.Options, SipMethod.Info, SipMethod.Prack, SipMethod.Notify, SipMethod.Message,
            ],
        });
        _phones.Add(phone);
        return phone;
    }

    /// <summary>A phone that is registered as somebody and takes calls.</summary>
    public async Task<UserAgent> PhoneAsync(string name, string address, Func<IncomingCall, CancellationToken, Task>? handler = null)
    {
        var phone = await StartAsync(address);
        if (handler is not null)
            _ = phone.ServeAsync(handler);
        await RegisterAsync(phone, name);
        return phone;
    }

    public async Task<Registration> RegisterAsync(UserAgent phone, string name)
    {
        var registration = phone.Register(new RegistrationOptions
        {
            Address = SipUri.Parse($"sip:{name}@10.0.0.1"), Credentials = new DigestCredentials { Username = name, Password = name },
        });
        _registrations.Add(registration);
        var status = await registration.WaitAsync(CancellationToken.None);
        Assert.Equal(200, status.Status);
        return registration;
    }

    /// <summary>How somebody with an account dials.</summary>
    public static DialOptions As(string name) => new() { Caller = $"sip:{name}@10.0.0.1", UserName = name, Password = name };

    /// <summary>Dials, and gives the status when nobody answers, 200 when somebody does.</summary>
    public static async Task<int> StatusAsync(UserAgent phone, string dialled, DialOptions? options = null)
    {
        var result = await phone.TryDialAsync($"sip:{dialled}@10.0.0.1", options);
        if (result.Call is { } call)
            await call.DisposeAsync();
        return result.End?.Status ?? 200;
    }

    public Task Delay(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), Network.Time);

    private async Task RunAsync(Func<Office, Task> body, ServeSettings settings)
    {
        foreach (var name in (string[])["alice", "bob", "carol"])
            await Accounts.AddAsync(Account.Create(name, settings.Phones.Domain, name));
        using var stop = new CancellationTokenSource();
        await using var lines = new StringWriter(_lines);
        await using var log = new ServeLog(lines);
        string[] listen = ["udp:10.0.0.1:5060"];
        var domains = DomainTable.Create(settings, [.. listen.Select(SipListenAddress.Parse)]);
        await using var system = System = await PhoneSystem.OpenAsync(settings, PhoneStorage.InMemory(Accounts), domains, log, Network.Time, CancellationToken.None);
        var options = system.Configure(new() { Listen = listen, Network = Network.Host("10.0.0.1"), MediaLanes = 1 });
        await using var server = Server = await UserAgent.StartAsync(options);
        var router = await system.BeginAsync(server, new(server, log, new BridgePolicy([]), new RecordingFolder("unused"), Network.Time));
        var serving = server.ServeAsync(router.HandleAsync, stop.Token);
        await body(this);
        foreach (var registration in _registrations)
            await registration.DisposeAsync();
        foreach (var phone in _phones)
            await phone.DisposeAsync();
        await system.CloseAsync();
        await server.DrainAsync();
        await stop.CancelAsync();
        await serving;
        Assert.Equal(0, server.Media.Counters.Ports);
    }
}
