using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Parley.EventBench;

/// <summary>Subscribers that answer every NOTIFY at once, a publisher, and callers that note how long their answers take.</summary>
internal sealed class Load : IDisposable
{
    private readonly Socket _subscribers = NewSocket();
    private readonly Socket _callers = NewSocket();
    private readonly IPEndPoint _server;
    private readonly int _pid;
    private readonly HashSet<string> _told = [];
    private readonly ConcurrentDictionary<string, long> _asked = [];
    private readonly ConcurrentQueue<(long At, double Took)> _answered = [];
    private long _first;
    private long _last;
    private int _accepted;
    private int _repeated;
    private int _number;
    private volatile bool _ends;

    public Load(int port, int pid)
    {
        _server = new IPEndPoint(IPAddress.Loopback, port);
        _pid = pid;
        new Thread(Subscribers) { IsBackground = true }.Start();
        new Thread(Callers) { IsBackground = true }.Start();
    }

    public void Run(int subscribers, int changes, int callsPerSecond, Func<string, long> ask)
    {
        var empty = ask("heap");
        for (var i = 0; i < subscribers; i++)
        {
            Send(_subscribers, Request("SUBSCRIBE", $"s{i}", 1, $"<sip:w{i}@127.0.0.1>;tag=w{i}", "<sip:desk@127.0.0.1>", "Event: presence\r\nExpires: 3600\r\n", ""));
            if (i % 20 == 19)
                Thread.Sleep(10);
        }

        Await(() => _told.Count, subscribers, "subscriptions");
        Thread.Sleep(40_000); // the transactions of SUBSCRIBE and NOTIFY linger for 32 s
        Console.WriteLine($"{_accepted} subscriptions, {(ask("heap") - empty) / subscribers} B of heap each");
        new Thread(() => Call(callsPerSecond)) { IsBackground = true }.Start();
        Thread.Sleep(5000);
        _answered.Clear();
        Thread.Sleep(5000);
        Report("calls without a change", 0, long.MaxValue);
        for (var change = 1; change <= changes; change++)
            Change(change, subscribers, ask);
        _ends = true;
    }

    public void Dispose()
    {
        _ends = true;
        _subscribers.Dispose();
        _callers.Dispose();
    }

    private void Change(int change, int subscribers, Func<string, long> ask)
    {
        lock (_told)
            _told.Clear();
        (_first, _repeated) = (0, 0);
        // What is measured is the server: our own collections must not hold up who takes the time.
        GC.Collect();
        var quiet = GC.TryStartNoGCRegion(200 << 20);
        var paused = ask("pauses");
        var cpu = CpuMilliseconds();
        _answered.Clear();
        var began = Stopwatch.GetTimestamp();
        var pidf = $"""<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:desk@127.0.0.1"><tuple id="t"><status><basic>open</basic></status><note>{change}</note></tuple></presence>""";
        Send(_subscribers, Request("PUBLISH", $"p{change}-{Environment.ProcessId}", 1, "<sip:desk@127.0.0.1>;tag=d", "<sip:desk@127.0.0.1>",
            "Event: presence\r\nExpires: 60\r\nContent-Type: application/pidf+xml\r\n", pidf));
        Await(() => _told.Count, subscribers, "notifications");
        Thread.Sleep(50);
        var spent = CpuMilliseconds() - cpu;
        var spread = Stopwatch.GetElapsedTime(_first, _last).TotalMilliseconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"change {change}: first NOTIFY after {Stopwatch.GetElapsedTime(began, _first).TotalMilliseconds:0.0} ms, last {spread:0} ms after the first, {_repeated} repeated, server CPU {spent} ms, collecting {TimeSpan.FromTicks(ask("pauses") - paused).TotalMilliseconds:0.0} ms"));
        Report("  calls meanwhile", began, _last);
        if (quiet && System.Runtime.GCSettings.LatencyMode == System.Runtime.GCLatencyMode.NoGCRegion)
            GC.EndNoGCRegion();
        Thread.Sleep(1000);
    }

    private void Await(Func<int> count, int wanted, string what)
    {
        var until = Environment.TickCount64 + 60_000;
        while (true)
        {
            lock (_told)
            {
                if (count() >= wanted)
                    return;
            }

            if (Environment.TickCount64 > until)
                throw new TimeoutException($"{count()} of {wanted} {what} after a minute");
            Thread.Sleep(1);
        }
    }

    private void Report(string what, long from, long to)
    {
        var times = _answered.Where(answer => answer.At >= from && answer.At <= to).Select(answer => answer.Took).Order().ToArray();
        if (times.Length > 0)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{what}: {times.Length} requests, p50 {times[times.Length / 2]:0.00} ms, p99 {times[times.Length * 99 / 100]:0.00} ms, longest {times[^1]:0.00} ms"));
    }

    private void Subscribers()
    {
        var buffer = new byte[65536];
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        while (!_ends)
        {
            string text;
            try
            {
                text = Encoding.ASCII.GetString(buffer, 0, _subscribers.ReceiveFrom(buffer, ref from));
            }
            catch (SocketException)
            {
                return;
            }

            var now = Stopwatch.GetTimestamp();
            if (!text.StartsWith("NOTIFY", StringComparison.Ordinal))
            {
                if (text.Contains("SUBSCRIBE", StringComparison.Ordinal))
                    _accepted++;
                continue;
            }

            var response = new StringBuilder("SIP/2.0 200 OK\r\n");
            foreach (var name in (string[])["Via", "From", "To", "Call-ID", "CSeq"])
                response.Append(name).Append(": ").Append(Value(text, name)).Append("\r\n");
            Send(_subscribers, response.Append("Content-Length: 0\r\n\r\n").ToString());
            lock (_told)
            {
                if (!_told.Add(Value(text, "Call-ID")))
                {
                    _repeated++;
                    continue;
                }
            }

            if (_first == 0)
                _first = now;
            _last = now;
        }
    }

    // Calls of one request each way: what is measured is how long INVITE and BYE wait for their 200.
    private void Call(int perSecond)
    {
        var clock = Stopwatch.StartNew();
        for (var i = 0; !_ends; i++)
        {
            var id = $"c{i}-{Environment.ProcessId}";
            Ask(id, 1, Request("INVITE", id, 1, $"<sip:caller@127.0.0.1>;tag={id}", "<sip:service@127.0.0.1>", "", ""));
            var wait = (i + 1) * 1000.0 / perSecond - clock.Elapsed.TotalMilliseconds;
            if (wait > 0)
                Thread.Sleep((int)wait);
        }
    }

    private void Callers()
    {
        var buffer = new byte[65536];
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        while (!_ends)
        {
            string text;
            try
            {
                text = Encoding.ASCII.GetString(buffer, 0, _callers.ReceiveFrom(buffer, ref from));
            }
            catch (SocketException)
            {
                return;
            }

            var now = Stopwatch.GetTimestamp();
            if (!text.StartsWith("SIP/2.0 200", StringComparison.Ordinal))
                continue;
            var id = Value(text, "Call-ID");
            var invite = Value(text, "CSeq") == "1 INVITE";
            if (_asked.TryRemove($"{id} {(invite ? 1 : 2)}", out var asked))
                _answered.Enqueue((asked, Stopwatch.GetElapsedTime(asked, now).TotalMilliseconds));
            if (!invite)
                continue;
            var to = Value(text, "To");
            Send(_callers, Request("ACK", id, 1, Value(text, "From"), to, "", ""));
            Ask(id, 2, Request("BYE", id, 2, Value(text, "From"), to, "", ""));
        }
    }

    private void Ask(string id, int cseq, string request)
    {
        _asked[$"{id} {cseq}"] = Stopwatch.GetTimestamp();
        Send(_callers, request);
    }

    private string Request(string method, string callId, int cseq, string from, string to, string more, string body)
    {
        var port = ((IPEndPoint)(method is "SUBSCRIBE" or "PUBLISH" ? _subscribers : _callers).LocalEndPoint!).Port;
        var branch = Interlocked.Increment(ref _number);
        return $"{method} sip:desk@127.0.0.1:{_server.Port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{branch}\r\nMax-Forwards: 70\r\nFrom: {from}\r\nTo: {to}\r\n"
            + $"Call-ID: {callId}\r\nCSeq: {cseq} {method}\r\nContact: <sip:load@127.0.0.1:{port}>\r\n{more}Content-Length: {body.Length}\r\n\r\n{body}";
    }

    // utime and stime of the server, in hundredths of a second.
    private long CpuMilliseconds()
    {
        var fields = File.ReadAllText($"/proc/{_pid}/stat").Split(')')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) * 10;
    }

    private void Send(Socket socket, string text) => socket.SendTo(Encoding.ASCII.GetBytes(text), _server);

    private static string Value(string text, string name)
    {
        var at = text.IndexOf($"\r\n{name}: ", StringComparison.Ordinal) + name.Length + 4;
        return text[at..text.IndexOf("\r\n", at, StringComparison.Ordinal)];
    }

    private static Socket NewSocket()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
