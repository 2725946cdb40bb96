using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Parley.Services.Locations;

namespace Parley.Storage.Tests;

/// <summary>A registrar in a process of its own is registered with as fast as it answers, killed in the middle of it, and started again; three times over.</summary>
internal static class KillRun
{
    private const int Users = 400;
    private const int Outstanding = 64;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Victim
    {
        get
        {
            var ours = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/')); // tests/Parley.Storage.Tests/bin/CONFIGURATION/net10.0
            return Path.Combine(ours.Parent!.Parent!.Parent!.Parent!.FullName, "Parley.Storage.Victim", "bin", ours.Parent!.Name, ours.Name, "Parley.Storage.Victim.dll");
        }
    }

    public static async Task ProveAsync(string kind, string where, Func<Task<(ILocationStore Store, IAsyncDisposable Storage)>> open)
    {
        var acknowledged = new uint[Users];
        var next = 1u;
        for (var round = 0; round < 3; round++)
        {
            next = await LoadAndKillAsync(kind, where, acknowledged, next);
            var (store, storage) = await open();
            await using var _ = storage;
            await CheckAsync(store, acknowledged);
        }

        Assert.True(acknowledged.Count(number => number > 0) > Users / 2, "The load was too small to prove anything.");
    }

    private static async Task<uint> LoadAndKillAsync(string kind, string where, uint[] acknowledged, uint next)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Victim, kind, where]) { RedirectStandardOutput = true })!;
        try
        {
            var port = int.Parse((await process.StandardOutput.ReadLineAsync(Cancel))!, System.Globalization.CultureInfo.InvariantCulture);
            using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
            socket.Connect(IPAddress.Loopback, port);
            var answers = 0;
            var until = Stopwatch.StartNew();
            for (var i = 0; i < Outstanding; i++)
                await SendAsync(socket, next++);
            while (answers < 2_000 && until.Elapsed < TimeSpan.FromSeconds(20))
            {
                Note(Encoding.ASCII.GetString((await socket.ReceiveAsync(Cancel)).Buffer), acknowledged);
                answers++;
                await SendAsync(socket, next++);
            }

            process.Kill(); // SIGKILL, with requests on their way
            while (socket.Available > 0)
                Note(Encoding.ASCII.GetString((await socket.ReceiveAsync(Cancel)).Buffer), acknowledged);
            return next;
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(Cancel);
        }
    }

    private static async Task SendAsync(UdpClient socket, uint number)
    {
        var user = number % Users;
        var text = $"""
            REGISTER sip:example.com SIP/2.0
            Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{number};rport
            Max-Forwards: 70
            From: <sip:user{user}@example.com>;tag={number}
            To: <sip:user{user}@example.com>
            Call-ID: {user}
            CSeq: {number} REGISTER
            Contact: <sip:user{user}@127.0.0.1:9>
            Content-Length: 0


            """;
        await socket.SendAsync(Encoding.ASCII.GetBytes(text.ReplaceLineEndings("\r\n")), Cancel);
    }

    private static void Note(string response, uint[] acknowledged)
    {
        if (!response.StartsWith("SIP/2.0 200 ", StringComparison.Ordinal))
            return;
        var at = response.IndexOf("\nCSeq: ", StringComparison.Ordinal) + 7;
        var number = uint.Parse(response.AsSpan(at, response.IndexOf(' ', at) - at), provider: System.Globalization.CultureInfo.InvariantCulture);
        acknowledged[number % Users] = Math.Max(acknowledged[number % Users], number);
    }

    private static async Task CheckAsync(ILocationStore store, uint[] acknowledged)
    {
        await using var locations = await LocationService.StartAsync(store, new ServedDomains("example.com"), cancel: Cancel);
        for (var user = 0; user < Users; user++)
        {
            if (acknowledged[user] == 0)
                continue;
            var binding = Assert.Single(await locations.FindAsync(AddressOfRecord.Create($"user{user}", "example.com"), Cancel));
            Assert.Equal($"sip:user{user}@127.0.0.1:9", binding.Contact.ToString());
            Assert.True(binding.CSeq >= acknowledged[user], $"user{user} was told {acknowledged[user]} and has {binding.CSeq}");
        }
    }
}
