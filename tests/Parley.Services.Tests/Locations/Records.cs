using System.Text;
using Parley.Services.Locations;

namespace Parley.Services.Tests.Locations;

internal static class Records
{
    /// <summary>A record with one binding.</summary>
    public static byte[] Of(string contact, uint expires)
    {
        var writer = new BindingWriter(64);
        Assert.True(writer.TryWrite(
            new BindingReader(default) { Id = 1, Expires = expires, Q = 1000, Contact = Encoding.ASCII.GetBytes(contact), CallId = "call"u8, CSeq = 1 }, 1000));
        var record = writer.ToArray();
        writer.Dispose();
        return record;
    }
}
