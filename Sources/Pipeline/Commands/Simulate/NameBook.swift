/// Names from many places, so that simulated people look like a company and exercise Unicode.
///
/// A name whose letters are not plain carries its spelling for user names after a bar.
enum NameBook {
  struct Name: Sendable {
    /// As written: "Zoë".
    let written: String
    /// In the letters of a user name: "zoe".
    let plain: String

    fileprivate init(_ entry: Substring) {
      let parts = entry.split(separator: "|")
      written = String(parts[0]).split(separator: "_").joined(separator: " ")
      let letters = (parts.count == 2 ? parts[1] : parts[0]).lowercased()
      plain = letters.filter { $0.isLetter && $0.isASCII }
    }
  }

  static let given = names(
    """
    Barbara James Olivia Amelia Thomas Grace Henry Charlotte Oscar Ruby Callum Fiona
    Zoë|Zoe Chloé|Chloe François|Francois Élodie|Elodie Mathieu Camille Julien Aurélie|Aurelie
    Jürgen|Juergen Jonas Käthe|Kaethe Lukas Greta Matthias Anke Björn|Bjoern Åsa|Asa Linnéa|Linnea
    Søren|Soeren Freja Mikkel Ingrid Eirik Siiri Väinö|Vaino Aino Þóra|Thora Guðrún|Gudrun
    José|Jose Lucía|Lucia Íñigo|Inigo María|Maria Joaquín|Joaquin Ximena Santiago Valentina
    João|Joao Inês|Ines Thaís|Thais Caetano Giulia Matteo Chiara Niccolò|Niccolo
    Łukasz|Lukasz Małgorzata|Malgorzata Jiří|Jiri Božena|Bozena Zoltán|Zoltan Ágnes|Agnes
    Ștefan|Stefan Ioana Nikola Milica Dimitra Giorgos Yiannis Eleni Oksana Taras Svitlana
    Aylin Emre Çağla|Cagla Murat Shirin Darius Leila Omar Fatima Yousef Amina Karim Noor
    Noa Eitan Tamar Ayelet Priya Arjun Ananya Vikram Lakshmi Rahul Meera Sanjay Imran Ayesha
    Wei Mei Jun Xiuying Hao Yuki Haruto Sakura Kenji Aiko Min-jun Seo-yeon Ji-ho Ha-eun
    Minh Linh Đức|Duc Thu Anh_Thư|AnhThu Somchai Malee Budi Siti Putu Jose_Maria Kalea Tane
    Kwame Ama Chidi Ngozi Oluwaseun Adaeze Tendai Thandiwe Sipho Makena Abebe Hiwot Fatou Moussa
    Nokomis Sequoia Aroha Leilani Mateo Dakota
    """)

  static let family = names(
    """
    Jensen Smith Taylor Walker O'Brien|OBrien MacLeod Hughes Okafor-Wright Bennett Clarke Murphy
    Lefèvre|Lefevre Dubois Garnier Béranger|Beranger Moreau de_la_Tour|delaTour Petit
    Müller|Mueller Schmidt Weiß|Weiss Schäfer|Schaefer von_Arnim|vonArnim Krüger|Krueger Vogel
    Lindström|Lindstroem Åkesson|Akesson Bergman Sørensen|Soerensen Østergaard|Oestergaard
    Hansen Haugen Virtanen Mäkelä|Makela Jónsdóttir|Jonsdottir Sigurðsson|Sigurdsson
    García|Garcia Núñez|Nunez Fernández|Fernandez Ibáñez|Ibanez Castillo Quispe Mamani Rojas
    Silva Gonçalves|Goncalves Araújo|Araujo Pereira Rossi Esposito D'Angelo|DAngelo Bianchi
    Kowalski Wójcik|Wojcik Dvořák|Dvorak Novotná|Novotna Szabó|Szabo Kovács|Kovacs Popescu
    Jovanović|Jovanovic Petrović|Petrovic Papadopoulos Nikolaidis Shevchenko Kovalenko Bondar
    Yılmaz|Yilmaz Öztürk|Ozturk Demir Rahimi Hosseini Haddad Nasser Al-Farsi Benali Mansour
    Cohen Levi Mizrahi Sharma Patel Iyer Reddy Nair Singh Chowdhury Khan Siddiqui Perera
    Wang Li Zhang Chen Liu Tanaka Sato Suzuki Yamamoto Kim Park Choi Jeong
    Nguyễn|Nguyen Trần|Tran Lê|Le Srisuk Wijaya Santoso dela_Cruz|delaCruz Reyes Kealoha Parata
    Mensah Owusu Okonkwo Adeyemi Balogun Moyo Ndlovu Dlamini Mwangi Otieno Tesfaye Bekele Diallo
    Traoré|Traore Begay Whitehorse Ngata
    """)

  private static func names(_ text: String) -> [Name] {
    text.split { $0 == " " || $0 == "\n" }.map(Name.init)
  }
}
