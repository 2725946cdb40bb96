using System.Runtime.InteropServices;
using static Parley.Net.Libc;

namespace Parley.Net;

/// <summary>A lane's send side: the headers of one sendmmsg call, shared by all its sockets.</summary>
internal sealed unsafe class EpollSender : IDisposable
{
    /// <summary>Datagrams in one system call, and waiting per socket at most: a full queue leaves before the turn's end.</summary>
    public const int MaxBatch = 64;

    private readonly MultiMessageHeader* _headers;
    private readonly IoVector* _vectors;
    private readonly byte* _names;

    public EpollSender()
    {
        _headers = (MultiMessageHeader*)NativeMemory.AllocZeroed(MaxBatch, (nuint)sizeof(MultiMessageHeader));
        _vectors = (IoVector*)NativeMemory.AllocZeroed(MaxBatch, (nuint)sizeof(IoVector));
        _names = (byte*)NativeMemory.AllocZeroed(MaxBatch, LinuxAddress.Size);
        for (var i = 0; i < MaxBatch; i++)
        {
            _headers[i].Header.Name = _names + i * LinuxAddress.Size;
            _headers[i].Header.Vectors = _vectors + i;
            _headers[i].Header.VectorCount = 1;
        }
    }

    /// <summary>Puts one datagram into the next call.</summary>
    public void Set(int index, PacketBuffer buffer, in NetEndpoint destination)
    {
        _vectors[index].Base = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(buffer.Array, 0);
        _vectors[index].Length = (nuint)buffer.Length;
        _headers[index].Header.NameLength = LinuxAddress.Write(destination, _names + index * LinuxAddress.Size);
    }

    /// <summary>Sends the first <paramref name="count"/> datagrams set.</summary>
    /// <returns>How many went out; the others were dropped.</returns>
    public int Send(int descriptor, int count)
    {
        var sent = 0;
        var retried = -1;
        for (var at = 0; at < count;)
        {
            var done = SendMessages(descriptor, _headers + at, (uint)(count - at), MSG_DONTWAIT | MSG_NOSIGNAL);
            if (done > 0)
            {
                sent += done;
                at += done;
                continue;
            }

            var error = Marshal.GetLastPInvokeError();
            if (error == EAGAIN)
                break; // the send buffer is full: what is left is lost, as in the network
            if (error == EINTR)
                continue;
            if (error == ECONNREFUSED && retried != at)
                retried = at; // the error of an earlier datagram, reported here: this one was not tried yet
            else
                at++; // no route, too long, not permitted, no memory: concerns this datagram only
        }

        return sent;
    }

    /// <summary>Sends one datagram by itself, from any thread.</summary>
    public static bool SendOne(int descriptor, ReadOnlySpan<byte> datagram, in NetEndpoint destination)
    {
        var name = stackalloc byte[LinuxAddress.Size];
        var nameLength = LinuxAddress.Write(destination, name);
        fixed (byte* bytes = datagram)
        {
            for (var refusedBefore = false; ;)
            {
                if (SendTo(descriptor, bytes, (nuint)datagram.Length, MSG_DONTWAIT | MSG_NOSIGNAL, name, nameLength) >= 0)
                    return true;
                var error = Marshal.GetLastPInvokeError();
                if (error == EINTR)
                    continue;
                if (error != ECONNREFUSED || refusedBefore)
                    return false;
                refusedBefore = true; // the error of an earlier datagram: this one was not tried yet
            }
        }
    }

    public void Dispose()
    {
        NativeMemory.Free(_headers);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_names);
    }
}
