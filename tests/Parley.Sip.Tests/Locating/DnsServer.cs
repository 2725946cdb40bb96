using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Text;
using Parley.Net;
using Parley.Sip.Locating;

namespace Parley.Sip.Tests.Locating;

/// <summary>A name server at 10.0.0.53 of a virtual network, with the records a test gives it.</summary>
internal sealed class DnsServer : IDatagramHandler
{
    private readonly Dictionary<(string Name, DnsType Type), List<(string Owner, DnsType Type, int Ttl, byte[] Data)>> _records = [];
    private readonly VirtualNetwork _network;

    public DnsServer(VirtualNetwork network, string address = "10.0.0.53")
    {
        _network = network;
        Local = NetEndpoint.From(IPAddress.Parse(address), 53);
        network.Host(address).CreateLanes("dns", 1)[0].BindUdp(Local, this);
    }

    public NetEndpoint Local { get; }

    /// <summary>Every question asked, as <c>A host.example</c>.</summary>
    public List<string> Questions { get; } = [];

    /// <summary>Changes an answer before it is sent over UDP; null sends none.</summary>
    public Func<byte[], byte[]?> Alter { get; set; } = answer => answer;

    /// <summary>Status of all answers: 0 no error, 2 server failure, 3 no such name.</summary>
    public byte Status { get; set; }

    /// <summary>Says in the authority section how long "there is none" holds, in seconds.</summary>
    public int? NegativeTtl { get; set; }

    public DnsOptions Options => new() { Servers = [Local], Timeout = TimeSpan.FromSeconds(2), Attempts = 2 };

    public DnsServer A(string name, string address, int ttl = 300)
    {
        var bytes = IPAddress.Parse(address).GetAddressBytes();
        return Add(name, bytes.Length == 4 ? DnsType.A : DnsType.Aaaa, ttl, bytes);
    }

    public DnsServer Cname(string name, string target, string? targetAddress = null)
    {
        ListFor(name, DnsType.A).Add((name, DnsType.Cname, 300, Name(target)));
        if (targetAddress is not null)
            ListFor(name, DnsType.A).Add((target, DnsType.A, 300, IPAddress.Parse(targetAddress).GetAddressBytes()));
        return this;
    }

    public DnsServer Srv(string name, int priority, int weight, int port, string target) =>
        Add(name, DnsType.Srv, 300, [.. Short(priority), .. Short(weight), .. Short(port), .. Name(target)]);

    public DnsServer Naptr(string name, int order, int preference, string service, string replacement) =>
        Add(name, DnsType.Naptr, 300, [.. Short(order), .. Short(preference), .. Text("s"), .. Text(service), .. Text(""), .. Name(replacement)]);

    public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source)
    {
        if (Alter(Answer(datagram.Span)) is { } answer)
            socket.Send(answer, source);
    }

    /// <summary>Answers over TCP too.</summary>
    public void ListenTcp() => _network.Run(async () => await _network.Host(Local.ToAddress().ToString()).ListenAsync(
        new() { Kind = StreamKind.Tcp, Local = Local },
        connection => connection.ReceiveAsync(
            bytes =>
            {
                var answer = Answer(bytes.Slice(2).ToArray());
                var buffer = _network.Pool.Rent(answer.Length + 2);
                BinaryPrimitives.WriteUInt16BigEndian(buffer.Array, (ushort)answer.Length);
                answer.CopyTo(buffer.Array, 2);
                buffer.Length = answer.Length + 2;
                connection.Send(buffer);
                buffer.Release();
                return (int)bytes.Length;
            },
            default)));

    private byte[] Answer(ReadOnlySpan<byte> query)
    {
        var at = 12;
        var labels = new List<string>();
        for (; query[at] != 0; at += 1 + query[at])
            labels.Add(Encoding.ASCII.GetString(query.Slice(at + 1, query[at])));
        var name = string.Join('.', labels);
        var type = (DnsType)BinaryPrimitives.ReadUInt16BigEndian(query[(at + 1)..]);
        Questions.Add($"{type} {name}");
        var records = _records.GetValueOrDefault((name, type)) ?? [];
        List<byte> answer = [.. query[..2], 0x81, (byte)(0x80 | Status), 0, 1, .. Short(records.Count), .. Short(NegativeTtl is null ? 0 : 1), 0, 0];
        answer.AddRange(query[12..(at + 5)]);
        foreach (var (owner, recordType, ttl, data) in records)
            answer.AddRange(Record(owner == name ? [0xC0, 12] : Name(owner), recordType, ttl, data));
        if (NegativeTtl is { } seconds)
            answer.AddRange(Record(Name("example"), DnsType.Soa, seconds, [.. Name("ns.example"), .. Name("root.example"), .. new byte[16], .. Long(seconds)]));
        return [.. answer];
    }

    private static byte[] Record(byte[] owner, DnsType type, int ttl, byte[] data) =>
        [.. owner, .. Short((int)type), 0, 1, .. Long(ttl), .. Short(data.Length), .. data];

    private DnsServer Add(string name, DnsType type, int ttl, byte[] data)
    {
        ListFor(name, type).Add((name, type, ttl, data));
        return this;
    }

    private List<(string Owner, DnsType Type, int Ttl, byte[] Data)> ListFor(string name, DnsType type)
    {
        if (!_records.TryGetValue((name, type), out var list))
            _records[(name, type)] = list = [];
        return list;
    }

    private static byte[] Short(int value) => [(byte)(value >> 8), (byte)value];

    private static byte[] Long(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private static byte[] Text(string text) => [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    private static byte[] Name(string name) => [.. name.Split('.', StringSplitOptions.RemoveEmptyEntries).SelectMany(Text), 0];
}
